// The sample of examples/run, which checks itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program_run.hpp"

namespace {

TEST(RunSample, DoesAllThatItsSummaryTells) {
  program_run program;
  program.start_program({"/bin/bash", QUIESCE_SOURCE_DIR "/examples/run/check.sh", QUIESCE_PROGRAM});
  EXPECT_EQ(program.await_exit(), 0) << program.output() << program.errors();
  EXPECT_THAT(program.output(), ::testing::HasSubstr("no process of the sample is left"));
  EXPECT_THAT(program_run::left_running(), ::testing::IsEmpty());
}

}  // namespace
