#include "os/pid_fd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <string>
#include <system_error>
#include <vector>

#include "os/spawn.hpp"
#include "support/in_child.hpp"

namespace {

using quiesce::os::pid_fd;
using quiesce::os::reap_outcome;
using quiesce::os::reaped;
using testing::AllOf;
using testing::HasSubstr;

pid_t start(const std::string& script) {
  return quiesce::os::spawn(std::vector<std::string>{"/bin/sh", "-c", script}, {});
}

reaped end_of(pid_fd& process) {
  pollfd one{.fd = process.get(), .events = POLLIN, .revents = 0};
  ::poll(&one, 1, 30'000);
  return process.reap();
}

TEST(PidFd, TellsTheExitCode) {
  pid_fd process(start("exit 7"));
  const reaped end = end_of(process);
  EXPECT_EQ(end.outcome, reap_outcome::exited);
  EXPECT_EQ(end.code, 7);
}

TEST(PidFd, TellsTheSignalThatKilled) {
  pid_fd process(start("exec sleep 1000"));
  process.send(SIGKILL);
  const reaped end = end_of(process);
  EXPECT_EQ(end.outcome, reap_outcome::killed);
  EXPECT_EQ(end.signal, SIGKILL);
}

TEST(PidFd, ARunningProcessIsNotReaped) {
  pid_fd process(start("exec sleep 1000"));
  EXPECT_EQ(process.reap().outcome, reap_outcome::running);
  process.send(SIGKILL);
  EXPECT_EQ(end_of(process).outcome, reap_outcome::killed);
}

TEST(PidFd, TheSecondReapingIsRefused) {
  pid_fd process(start("exit 0"));
  ASSERT_EQ(end_of(process).outcome, reap_outcome::exited);
  const reaped again = process.reap();
  EXPECT_EQ(again.outcome, reap_outcome::refused);
  EXPECT_EQ(again.error, ECHILD);
}

TEST(PidFd, AProcessThatIsNoChildCanBeWatchedButNotReaped) {
  pid_fd parent(::getppid() > 1 ? ::getppid() : 1);
  EXPECT_EQ(parent.reap().outcome, reap_outcome::refused);
  EXPECT_EQ(parent.reap().error, ECHILD);
}

TEST(PidFd, AMissingProcessIsRefusedWithItsPid) {
  const pid_t gone = start("exit 0");
  ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
  for (const pid_t pid : {gone, pid_t{0}, pid_t{-5}}) {
    try {
      const pid_fd process(pid);
      FAIL() << pid;
    } catch (const std::system_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("pid " + std::to_string(pid)));
    }
  }
}

TEST(PidFd, SendingToAReapedProcessSaysPidAndSignal) {
  pid_fd process(start("exit 0"));
  ASSERT_EQ(end_of(process).outcome, reap_outcome::exited);
  try {
    process.send(SIGUSR1);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_process);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("signal " + std::to_string(SIGUSR1)), HasSubstr(std::to_string(process.pid()))));
  }
}

TEST(PidFd, ASignalThatDoesNotExistIsRefused) {
  pid_fd process(start("exec sleep 1000"));
  EXPECT_THROW(process.send(4711), std::system_error);
  process.send(SIGKILL);
  EXPECT_EQ(end_of(process).outcome, reap_outcome::killed);
}

TEST(PidFd, OutOfDescriptorsIsSaid) {
  EXPECT_THAT(support::in_child([]() -> std::string {
                const support::descriptor_limit none(0);
                const pid_fd self(::getpid());
                return "created";
              }),
              HasSubstr("Too many open files"));
}

}  // namespace
