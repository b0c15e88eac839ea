// The process group that a process leads, and signals to it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "quiesce/process.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/in_child.hpp"
#include "support/process_state.hpp"
#include "support/refused_call.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

bool has_members(int group) { return ::kill(-group, 0) == 0; }

TEST(ProcessGroup, IsThatOfAProcessOfItsOwnAndASignalReachesIt_A1) {
  q::process child = q::process::spawn({"sh", "-c", "sleep 1000 & wait"});
  EXPECT_EQ(::getpgid(child.pid()), child.pid());
  child.send_group(SIGKILL);
  ASSERT_TRUE(q::wait_for(child, 30s));
  EXPECT_TRUE(support::eventually([&] { return !has_members(child.pid()); })) << "the grandchild is in the group";
}

/// A process that stays in the group of a leader who has ended. Whoever reaps it, its end is seen by the pipe that it holds.
class one_that_stays {
 public:
  one_that_stays() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  }
  one_that_stays(const one_that_stays&) = delete;
  one_that_stays& operator=(const one_that_stays&) = delete;
  ~one_that_stays() {
    for (const int end : ends_) ::close(end);
  }
  q::process start_leader() const {
    return q::process::spawn({"sh", "-c", "sleep 60 & exit 0"}, {.standard_output = ends_[1]});
  }
  bool ends() {
    ::close(std::exchange(ends_[1], -1));
    return support::eventually([&] {
      pollfd look{.fd = ends_[0], .events = 0, .revents = 0};
      return ::poll(&look, 1, 0) == 1 && (look.revents & POLLHUP) != 0;
    });
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(ProcessGroup, ASignalReachesItThoughItsLeaderHasEnded_A1) {
  one_that_stays stays;
  q::process leader = stays.start_leader();
  ASSERT_TRUE(q::wait_for(leader, 30s));
  ASSERT_TRUE(has_members(leader.pid()));
  leader.send_group(0);
  leader.send_group(SIGKILL);
  EXPECT_TRUE(stays.ends());
}

// The reactor of an earlier test may still be about to end. A child would take it for one that runs, without its thread.
bool may_fork() {
  return support::eventually([] { return support::threads_named("quiesce-reactor").empty(); });
}

// Of the two calls of the kernel that send it, without the one.
std::string signal_a_group_without(long call, int error, const one_that_stays& stays) {
  q::process leader = stays.start_leader();
  if (!q::wait_for(leader, 30s) || !has_members(leader.pid())) return "nobody stays";
  if (!support::refuse_call(call, error)) return "no filter";
  leader.send_group(SIGKILL);
  return "sent";
}

bool kernel_signals_groups_of_descriptors() {
  const long self = ::syscall(SYS_pidfd_open, ::getpid(), 0u);
  constexpr unsigned to_group = 4;
  const bool knows = ::syscall(SYS_pidfd_send_signal, self, 0, nullptr, to_group) == 0 || errno != EINVAL;
  ::close(static_cast<int>(self));
  return knows;
}

// The number may have come to mean another group. A kernel before 6.9 knows no better, and has its refusal told.
TEST(ProcessGroup, IsNotFoundByItsNumberIfTheKernelKnowsBetter_A1) {
  one_that_stays stays;
  ASSERT_TRUE(may_fork());
  const std::string answer = support::in_child([&] { return signal_a_group_without(SYS_kill, EPERM, stays); });
  if (kernel_signals_groups_of_descriptors()) {
    EXPECT_EQ(answer, "sent");
    EXPECT_TRUE(stays.ends());
  } else {
    EXPECT_NE(answer.find("cannot send signal 9 to process group"), std::string::npos) << answer;
  }
}

TEST(ProcessGroup, IsFoundByItsNumberIfTheKernelKnowsNoBetter_A1) {
  one_that_stays stays;
  ASSERT_TRUE(may_fork());
  EXPECT_EQ(support::in_child([&] { return signal_a_group_without(SYS_pidfd_send_signal, EINVAL, stays); }), "sent");
  EXPECT_TRUE(stays.ends());
}

TEST(ProcessGroup, IsThatOfTheParentWhenAsked_A1) {
  q::process child = q::process::spawn({"sleep", "1000"}, {.own_group = false});
  EXPECT_EQ(::getpgid(child.pid()), ::getpgrp());
  child.send(SIGKILL);
  EXPECT_TRUE(q::wait_for(child, 30s));
}

}  // namespace
