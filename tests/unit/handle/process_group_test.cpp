// The process group that a process leads, and signals to it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "quiesce/process.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/in_child.hpp"
#include "support/refused_call.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

// Those that lose their parent become children of this process, and are reaped here: whoever would do it otherwise may take
// its time, or not do it at all, and what has ended is in its group until then.
class ProcessGroup : public testing::Test {
 protected:
  ProcessGroup() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~ProcessGroup() override { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

bool has_members(int group) {
  while (::waitpid(-group, nullptr, WNOHANG) > 0) {
  }
  return ::kill(-group, 0) == 0;
}

TEST_F(ProcessGroup, LeadsAGroupOfItsOwnThatASignalReaches_A1) {
  q::process child = q::process::spawn({"sh", "-c", "sleep 1000 & wait"});
  EXPECT_EQ(::getpgid(child.pid()), child.pid());
  child.send_group(SIGKILL);
  ASSERT_TRUE(q::wait_for(child, 30s));
  EXPECT_TRUE(support::eventually([&] { return !has_members(child.pid()); })) << "the grandchild is in the group";
}

q::process leader_of_one_that_stays() { return q::process::spawn({"sh", "-c", "sleep 60 & exit 0"}); }

TEST_F(ProcessGroup, ASignalReachesItsGroupThoughItHasEnded_A1) {
  q::process leader = leader_of_one_that_stays();
  ASSERT_TRUE(q::wait_for(leader, 30s));
  ASSERT_TRUE(has_members(leader.pid()));
  leader.send_group(0);
  leader.send_group(SIGKILL);
  EXPECT_TRUE(support::eventually([&] { return !has_members(leader.pid()); }));
  leader.send_group(SIGKILL);
}

// Which of the kernel's two calls for it is there. Returns the number of the group.
std::string signal_a_group_without(long call, int error) {
  q::process leader = leader_of_one_that_stays();
  if (!q::wait_for(leader, 30s) || !has_members(leader.pid())) return "nobody stays";
  if (!support::refuse_call(call, error)) return "no filter";
  leader.send_group(SIGKILL);
  return std::to_string(leader.pid());
}

void expect_to_be_gone(const std::string& number) {
  const int group = std::atoi(number.c_str());
  ASSERT_GT(group, 0) << number;
  EXPECT_TRUE(support::eventually([&] { return !has_members(group); }));
}

bool kernel_signals_groups_of_descriptors() {
  const long self = ::syscall(SYS_pidfd_open, ::getpid(), 0u);
  constexpr unsigned to_group = 4;
  const bool knows = ::syscall(SYS_pidfd_send_signal, self, 0, nullptr, to_group) == 0 || errno != EINVAL;
  ::close(static_cast<int>(self));
  return knows;
}

// The number may have come to mean another group.
TEST_F(ProcessGroup, AGroupIsNotFoundByItsNumberIfTheKernelKnowsBetter_A1) {
  if (!kernel_signals_groups_of_descriptors()) GTEST_SKIP() << "the kernel is older than 6.9";
  expect_to_be_gone(support::in_child([] { return signal_a_group_without(SYS_kill, EPERM); }));
}

TEST_F(ProcessGroup, AGroupIsFoundByItsNumberIfTheKernelKnowsNoBetter_A1) {
  expect_to_be_gone(support::in_child([] { return signal_a_group_without(SYS_pidfd_send_signal, EINVAL); }));
}

TEST_F(ProcessGroup, StaysInTheGroupOfItsParentWhenAsked_A1) {
  q::process child = q::process::spawn({"sleep", "1000"}, {.own_group = false});
  EXPECT_EQ(::getpgid(child.pid()), ::getpgrp());
  child.send(SIGKILL);
  EXPECT_TRUE(q::wait_for(child, 30s));
}

}  // namespace
