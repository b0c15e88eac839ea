#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "program_run.hpp"

/// A test of one run of the program. Every run ends with nobody left.
class run_test : public ::testing::Test {
 protected:
  void expect_clean_end(int status = 0) {
    EXPECT_EQ(program_.await_exit(), status);
    EXPECT_THAT(program_run::left_running(), ::testing::IsEmpty());
  }

  void stop(int status = 0) {
    program_.signal(SIGTERM);
    expect_clean_end(status);
  }

  program_run program_;
};
