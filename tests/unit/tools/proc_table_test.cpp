#include "proc_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "descendants.hpp"
#include "support/scratch_folder.hpp"

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<int> pids_of(const std::vector<proc_entry>& entries) {
  std::vector<int> pids;
  for (const auto& entry : entries) pids.push_back(entry.pid);
  return pids;
}

TEST(ProcTable, AStatLineIsRead) {
  const auto entry =
      parse_stat("812 (sleep) S 800 811 790 34816 811 4194304 109 0 0 0 0 0 0 0 20 0 1 0 123456 5824512 222 0\n");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->pid, 812);
  EXPECT_EQ(entry->command, "sleep");
  EXPECT_EQ(entry->state, 'S');
  EXPECT_EQ(entry->parent, 800);
  EXPECT_EQ(entry->group, 811);
  EXPECT_EQ(entry->started, 123456U);
  EXPECT_FALSE(entry->is_zombie());
}

TEST(ProcTable, ACommandMayLookLikeTheRestOfTheLine) {
  const auto entry = parse_stat("7 (a) Z 1 (b\nc) Z 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0\n");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->command, "a) Z 1 (b\nc");
  EXPECT_EQ(entry->parent, 1);
  EXPECT_EQ(entry->started, 99U);
  EXPECT_TRUE(entry->is_zombie());
}

TEST(ProcTable, WhatIsNoStatLineIsRefused) {
  for (const char* text : {"", "7", "7 (a", "7 a) S 1 2", "x (a) S 1 2", "7 (a) S", "7 (a) S 1 2 3", ")7(", "()"}) {
    EXPECT_FALSE(parse_stat(text)) << text;
  }
}

TEST(ProcTable, WeFindOurselves) {
  const auto self = read_process(::getpid());
  ASSERT_TRUE(self);
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_EQ(self->group, ::getpgrp());
  const auto all = read_processes();
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, ::testing::Contains(*self));
}

TEST(ProcTable, NobodyHasAPidThatIsNotThere) { EXPECT_FALSE(read_process(-1)); }

TEST(ProcTable, ThatCannotBeReadIsNotAnEmptyOne) { EXPECT_FALSE(read_processes("/nonexistent")); }

TEST(ProcTable, WhoIsGoneMeanwhileIsNotInIt) {
  const support::scratch_folder proc;
  std::filesystem::create_directory(proc.path() / "7");
  const auto all = read_processes(proc.path());
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, IsEmpty());
}

// As those of other users are where /proc is mounted with hidepid=1.
TEST(ProcTable, WhoIsHiddenFromUsIsNotInIt) {
  const support::scratch_folder proc;
  std::filesystem::permissions(proc.path(), std::filesystem::perms{0755});
  std::filesystem::create_directory(proc.path() / "7");
  const auto line = proc.path() / "7" / "stat";
  std::ofstream{line} << "7 (a) S 1 7 7 0 1 0 0 0 0 0 0 0 0 0 20 0 1 0 10 0 0\n";
  std::filesystem::permissions(line, std::filesystem::perms::none);
  std::optional<std::vector<proc_entry>> all;
  std::thread{[&] {
    ::setfsuid(65534);  // of this thread alone: root may read everything
    EXPECT_FALSE(std::ifstream{line}.is_open());
    all = read_processes(proc.path());
  }}.join();
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, IsEmpty());
}

// As for want of a descriptor.
TEST(ProcTable, OfWhichOneLineCannotBeReadIsNone) {
  const support::scratch_folder proc;
  std::filesystem::create_directories(proc.path() / "7" / "stat");
  EXPECT_FALSE(read_processes(proc.path()));
}

TEST(Environment, OursIsRead) {
  const auto environment = read_environment(::getpid());
  ASSERT_TRUE(environment);
  EXPECT_EQ(variable_in(*environment, "PATH"), std::getenv("PATH"));
  EXPECT_FALSE(read_environment(-1));
}

TEST(Environment, AVariableIsFoundByItsWholeName) {
  constexpr std::string_view text{"XMARK=1\0MARKS=2\0MARK=a=b\0MARK=3\0EMPTY=\0", 39};
  EXPECT_EQ(variable_in(text, "MARK"), "a=b");
  EXPECT_EQ(variable_in(text, "XMARK"), "1");
  EXPECT_EQ(variable_in(text, "EMPTY"), "");
  EXPECT_EQ(variable_in(text, "ARK"), std::nullopt);
}

TEST(Environment, OneThatIsEmptyOrOverwrittenHasNoVariables) {
  EXPECT_EQ(variable_in("", "MARK"), std::nullopt);
  EXPECT_EQ(variable_in("nginx: master process", "MARK"), std::nullopt);
}

/// A table in short: pid, parent, group.
proc_entry entry(int pid, int parent, int group) { return {.pid = pid, .parent = parent, .group = group}; }

TEST(BranchesBelow, EachChildStandsBeforeItsDescendants) {
  const auto branches = branches_below(
      1, {entry(1, 0, 1), entry(9, 8, 7), entry(7, 1, 7), entry(8, 7, 7), entry(20, 1, 20), entry(5, 4, 5)});
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_THAT(pids_of(branches[0]), ElementsAre(7, 8, 9));
  EXPECT_THAT(pids_of(branches[1]), ElementsAre(20));
}

TEST(BranchesBelow, ACircleOfReusedPidsEnds) {
  const auto branches = branches_below(1, {entry(2, 1, 2), entry(3, 2, 2), entry(4, 3, 2), entry(3, 4, 2)});
  EXPECT_EQ(branches.size(), 1U);
}

class MembersOf : public ::testing::Test {
 protected:
  // 10: the command of "web", with a child and a grandchild in a session of its own. 20: the command of "worker", below
  // which somebody runs in the group 10. 30: an orphan of web's group. 40, 41: orphans in sessions of their own.
  std::vector<branch> branches_ =
      branches_below(1, {entry(10, 1, 10), entry(11, 10, 10), entry(12, 11, 12), entry(20, 1, 20), entry(21, 20, 10),
                         entry(30, 1, 10), entry(40, 1, 40), entry(41, 1, 41), entry(42, 41, 42)});
  static std::optional<std::string> mark_at(int pid) { return pid == 41 ? "1:web" : pid == 40 ? "2:web" : ""; }
};

TEST_F(MembersOf, ACommandHasItsDescendantsItsGroupAndWhoCarriesItsMark) {
  const kin found = members_of(branches_, 10, "1:web", mark_at);
  EXPECT_THAT(pids_of(found.members), UnorderedElementsAre(11, 12, 30, 41, 42));
  EXPECT_TRUE(found.complete);
}

TEST_F(MembersOf, TheMarkOfAnotherRunDoesNotCount) {
  EXPECT_THAT(pids_of(members_of(branches_, 20, "1:worker", mark_at).members), UnorderedElementsAre(21));
}

TEST_F(MembersOf, AfterTheCommandItsGroupAndMarkRemain) {
  std::erase_if(branches_, [](const branch& b) { return b.front().pid == 10; });
  EXPECT_THAT(pids_of(members_of(branches_, 10, "1:web", mark_at).members), UnorderedElementsAre(30, 41, 42));
}

TEST_F(MembersOf, WhoHasNoEnvironmentAtThisMomentMayBelongOrNot) {
  const kin found = members_of(branches_, 10, "1:web", [](int pid) { return pid == 40 ? std::nullopt : mark_at(pid); });
  EXPECT_THAT(pids_of(found.members), UnorderedElementsAre(11, 12, 30, 41, 42));
  EXPECT_FALSE(found.complete);
}

TEST_F(MembersOf, AZombieNeverHasAnEnvironmentAndLeavesNoDoubt) {
  branches_.push_back({proc_entry{.pid = 50, .parent = 1, .group = 50, .state = 'Z'}});
  const kin found = members_of(branches_, 10, "1:web", [](int pid) { return pid == 50 ? std::nullopt : mark_at(pid); });
  EXPECT_TRUE(found.complete);
}

}  // namespace
}  // namespace quiesce_tool
