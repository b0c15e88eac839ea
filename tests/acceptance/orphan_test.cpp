// Who has lost his parent, or never was ours: whom the end reaches, and whom it leaves alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::ElementsAre;

class RunOrphan : public run_test {};

// foreman#61, #628, #676, #779, overmind#76: children of a process ran on when the supervisor had ended.
TEST_F(RunOrphan, GrandchildrenEndWithTheirParents) {
  program_.write("Procfile", "web: sleep 1001 & sh -c 'sleep 1002 & sleep 1003' & echo ready; wait\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("web     | ready");
  program_.signal(SIGTERM);
  expect_clean_end();
}

// supervisor#1101: whoever had left the process group was left running.
TEST_F(RunOrphan, AGrandchildInASessionOfItsOwnIsFoundAndEnded) {
  program_.write("Procfile", "parent: setsid sh -c 'echo left $$; exec sleep 1000' & exec sleep 1000\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("parent  | left");
  program_.signal(SIGTERM);
  const auto found = program_.await("orphan-found", "parent");
  program_.await("orphan-ended", "parent");
  expect_clean_end();
  EXPECT_THAT(program_.lines_of("parent"), ElementsAre("left " + found.at("pid").dump()));
}

// A server wants to end its own workers, and in its own order.
TEST_F(RunOrphan, AnOrphanIsToldBeforeItsChildrenAndMayEndThemItself) {
  program_.write("server",
                 "trap 'echo server told; kill -USR1 $worker; wait $worker; exit' TERM\n"
                 "(trap 'echo worker told' TERM; trap exit USR1; echo up; while :; do sleep 1; done) &\n"
                 "worker=$!\n"
                 "while :; do wait $worker; done\n");
  program_.write("Procfile", "parent: setsid sh server & exec sleep 1000\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("parent  | up");
  program_.signal(SIGTERM);
  expect_clean_end();
  EXPECT_THAT(program_.lines_of("parent"), ElementsAre("up", "server told"));
}

TEST_F(RunOrphan, AnOrphanThatIgnoresTheSignalIsKilledAtTheLimit) {
  program_.write("orphan", "trap '' TERM; echo ready; while :; do sleep 1; done\n");
  program_.write("Procfile", "parent: setsid sh orphan & exec sleep 1000\n");
  program_.start({"--stop-limit", "1200ms"});
  program_.await_output("parent  | ready");
  program_.signal(SIGTERM);
  const auto found = program_.await("orphan-found", "parent");
  const auto killed = program_.await("killed", "parent");
  EXPECT_EQ(killed.at("pid"), found.at("pid"));
  expect_clean_end();
}

// A daemon: it has no parent, no session, no group and no environment in common with its process.
#if !defined(__SANITIZE_ADDRESS__)  // with it comes a check of types that needs descriptors, and is wrong without one
TEST_F(RunOrphan, OnesThatAreMoreThanThereAreDescriptorsAllEnd) {
  program_.write("Procfile",
                 "web: trap '' TERM; for i in 1 2 3 4 5 6 7 8 9 0; do for j in 1 2 3 4; do setsid sleep 1000 & done; "
                 "done; echo started; exec sleep 1000\n");
  program_.start({"--stop-limit", "1500ms"});  // longer than it takes until it says whom it waits for
  program_.await_output("web     | started");
  rlimit few{};
  ASSERT_EQ(::prlimit(program_.pid(), RLIMIT_NOFILE, nullptr, &few), 0);
  few.rlim_cur = 40;
  ASSERT_EQ(::prlimit(program_.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  program_.signal(SIGTERM);
  program_.await("waiting", "web");
  expect_clean_end();
}
#endif

TEST_F(RunOrphan, AnOrphanOfWhichNobodyKnowsWhoseItIsEndsToo) {
  program_.write("Procfile", "parent: (env -i setsid sh -c 'echo ready; exec sleep 1000' &); exec sleep 1000\n");
  program_.start({"--stop-limit", "1h"});
  program_.await_output("parent  | ready");
  program_.signal(SIGTERM);
  const auto found = program_.await("orphan-found");
  EXPECT_EQ(found.at("process"), "an unknown process");
  expect_clean_end();
}

// overmind#182, foreman#580: what a process had orphaned stayed as a zombie when it ended.
TEST_F(RunOrphan, AnOrphanThatEndsDuringTheRunLeavesNoZombie) {
  program_.make_fifo("gate");
  program_.write("Procfile", "parent: (sh -c 'echo $$; read x < gate' &); exec sleep 1000\n");
  program_.start();
  program_.await_output("parent  | ");
  const pid_t orphan = std::stoi(program_.lines_of("parent").at(0));
  program_.open_gate("gate");
  program_.await_gone(orphan);
  program_.signal(SIGTERM);
  expect_clean_end();
}

TEST_F(RunOrphan, ChildrenThatWereThereBeforeAreLeftAlone) {
  program_.write("Procfile", "web: true\n");
  program_.make_fifo("gate");
  program_.start_program({"/bin/sh", "-c", "(read x < gate; echo still there >&2) & exec " QUIESCE_PROGRAM " run"});
  EXPECT_EQ(program_.await_exit(), 0);
  EXPECT_EQ(program_run::left_running().size(), 1U);
  program_.open_gate("gate");
  program_.await_errors("still there");
}

}  // namespace
