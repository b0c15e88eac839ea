#include "program_complaint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace quiesce_tool {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ProgramComplaint, OneThatCanBeExploredIsNotComplainedOf) {
  EXPECT_THAT(complaint_about(program_kind::explorable, "./bank"), IsEmpty());
}

TEST(ProgramComplaint, SaysWithWhichCommandsTheProgramCanBeExplored) {
  EXPECT_EQ(complaint_about(program_kind::without_explorer, "out/bank"),
            "out/bank is not linked with the explorer; build it with\n"
            "  g++ -std=c++20 $(quiesce explore --compile-flags) -c bank.cpp\n"
            "  g++ bank.o $(quiesce explore --link-flags) -o bank");
  EXPECT_EQ(complaint_about(program_kind::with_sanitizer, "bank"),
            "bank is linked with the sanitizer's own runtime; link it without -fsanitize=thread, with the explorer:\n"
            "  g++ bank.o $(quiesce explore --link-flags) -o bank");
  EXPECT_THAT(complaint_about(program_kind::object_file, "bank.o"),
              HasSubstr("\n  g++ bank.o $(quiesce explore --link-flags) -o bank"));
}

TEST(ProgramComplaint, WhateverElseItIsIsNamed) {
  EXPECT_EQ(complaint_about(program_kind::no_elf, "check.sh"),
            "check.sh is no program that a compiler made: it is not ELF");
  EXPECT_EQ(complaint_about(program_kind::of_other_machine, "arm"), "arm is a program for another kind of machine");
  EXPECT_EQ(complaint_about(program_kind::damaged, "half"), "half is damaged: it ends before its tables do");
}

TEST(ProgramComplaint, APathThatNamesNoFileIsRefused) {
  EXPECT_EQ(complaint_about("/no/such"), "/no/such: No such file or directory");
  EXPECT_EQ(complaint_about(""), ": No such file or directory");
  EXPECT_EQ(complaint_about("/"), "/ is a folder and no program");
  EXPECT_EQ(complaint_about("/dev/zero"), "/dev/zero is no file");
}

TEST(ProgramComplaint, AFileIsLookedAt) {
  const auto script = std::filesystem::temp_directory_path() / ("complaint_" + std::to_string(::getpid()));
  std::ofstream{script} << "#!/bin/sh\n";
  EXPECT_EQ(complaint_about(script), script.string() + " is no program that a compiler made: it is not ELF");
  std::filesystem::remove(script);
}

}  // namespace
}  // namespace quiesce_tool
