#include "quiesce/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/in_child.hpp"
#include "support/refused_call.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

bool exists(int pid) { return ::kill(pid, 0) == 0; }

struct pipe_ends {
  pipe_ends() {
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  }
  ~pipe_ends() {
    ::close(fds[0]);
    ::close(fds[1]);
  }
  std::string read_all() {
    ::close(fds[1]);
    fds[1] = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    std::string text(4096, '\0');
    std::size_t length = 0;
    for (ssize_t got = 0; (got = ::read(fds[0], text.data() + length, text.size() - length)) > 0;) {
      length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    return text;
  }
  std::array<int, 2> fds{};
};

TEST(Process, IsSignalledForGoodWhenItHasEnded_A1) {
  q::process child = q::process::spawn({"true"});
  EXPECT_TRUE(q::wait_for(child, 30s));
  EXPECT_TRUE(q::try_wait(child));
  const q::exit_status status = child.status();
  EXPECT_TRUE(status.exited);
  EXPECT_EQ(status.code, 0);
}

TEST(Process, TellsItsExitCode_A1) {
  q::process child = q::process::spawn({"sh", "-c", "exit 7"});
  ASSERT_TRUE(q::wait_for(child, 30s));
  EXPECT_TRUE(child.status().exited);
  EXPECT_EQ(child.status().code, 7);
}

TEST(Process, TellsTheSignalThatEndedIt_A1) {
  q::process child = q::process::spawn({"sleep", "1000"});
  EXPECT_FALSE(q::try_wait(child));
  child.send(SIGKILL);
  ASSERT_TRUE(q::wait_for(child, 30s));
  EXPECT_FALSE(child.status().exited);
  EXPECT_EQ(child.status().signal, SIGKILL);
}

TEST(Process, GetsItsDirectoryEnvironmentAndDescriptors_A1) {
  pipe_ends out;
  q::process child = q::process::spawn(
      {"sh", "-c", "pwd; echo $QUIESCE_TEST"},
      {.directory = "/usr", .environment = {{"QUIESCE_TEST", "with a value"}}, .standard_output = out.fds[1]});
  ASSERT_TRUE(q::wait_for(child, 30s));
  EXPECT_EQ(out.read_all(), "/usr\nwith a value\n");
}

TEST(Process, AProgramThatDoesNotExistIsAnErrorThatNamesIt_J4) {
  try {
    static_cast<void>(q::process::spawn({"/no/such/program"}));
    FAIL() << "it was started";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find("/no/such/program"), std::string::npos) << error.what();
  }
}

TEST(Process, AnEmptyCommandIsAnError_J4) {
  EXPECT_THROW(static_cast<void>(q::process::spawn(std::initializer_list<std::string>{})), std::invalid_argument);
}

TEST(Process, TheStatusOfOneThatRunsIsABugOfTheCaller_J4) {
  q::process child = q::process::spawn({"sleep", "1000"});
  EXPECT_THROW(static_cast<void>(child.status()), std::logic_error);
  child.send(SIGKILL);
  EXPECT_TRUE(q::wait_for(child, 30s));
}

TEST(Process, ASignalToOneThatHasEndedIsNoError_A1) {
  q::process child = q::process::spawn({"true"});
  ASSERT_TRUE(q::wait_for(child, 30s));
  child.send(SIGTERM);
  child.send_group(SIGTERM);
  EXPECT_TRUE(child.status().exited);
}

TEST(Process, ASignalThatDoesNotExistIsAnError_J4) {
  q::process child = q::process::spawn({"sleep", "1000"});
  EXPECT_THROW(child.send(1000), std::system_error);
  EXPECT_THROW(child.send_group(1000), std::system_error);
  child.send(SIGKILL);
  EXPECT_TRUE(q::wait_for(child, 30s));
}

TEST(Process, IsReapedThoughItsHandleWasClosed_A4) {
  const int pid = [] { return q::process::spawn({"true"}).pid(); }();
  EXPECT_TRUE(support::eventually([&] { return !exists(pid); })) << "a zombie still has its pid";
}

TEST(Process, AChildThatSomebodyElseStartedCanBeAdopted_A1) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(9);
  q::process child = q::process::adopt(pid);
  ASSERT_TRUE(q::wait_for(child, 30s));
  EXPECT_EQ(child.status().code, 9);
  EXPECT_FALSE(exists(pid));
}

TEST(Process, OneThatIsNoChildIsSignalledAtItsEndButHasNoStatus_A1) {
  pipe_ends out;
  q::process shell =
      q::process::spawn({"sh", "-c", "sleep 1000 >/dev/null & echo $!; wait"}, {.standard_output = out.fds[1]});
  std::string text(64, '\0');
  const ssize_t got = ::read(out.fds[0], text.data(), text.size());
  ASSERT_GT(got, 0);
  const int grandchild = std::stoi(text);
  q::process stranger = q::process::adopt(grandchild);
  EXPECT_FALSE(q::try_wait(stranger));
  stranger.send(SIGKILL);
  ASSERT_TRUE(q::wait_for(stranger, 30s));
  EXPECT_THROW(static_cast<void>(stranger.status()), std::system_error);
  EXPECT_TRUE(q::wait_for(shell, 30s));
}

// Signals come all the time, and interrupt who waits for the process's end.
std::string start_without_handles() {
  if (!support::refuse_call(SYS_pidfd_open, EMFILE)) return "no filter";
  struct sigaction interrupts {};
  interrupts.sa_handler = [](int) {};
  ::sigaction(SIGALRM, &interrupts, nullptr);
  const itimerval often{.it_interval = {.tv_sec = 0, .tv_usec = 200}, .it_value = {.tv_sec = 0, .tv_usec = 200}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    try {
      static_cast<void>(q::process::spawn({"sleep", "60"}));
    } catch (const std::system_error&) {
      ++refused;
    }
  }
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  const bool none_is_left = ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
  return std::to_string(refused) + (none_is_left ? " refused, none left" : " refused, some left");
}

TEST(Process, OneThatCannotBeWatchedIsEndedAndReapedWhateverInterrupts_J4) {
  EXPECT_EQ(support::in_child(start_without_handles), "100 refused, none left");
}

TEST(Process, APidThatDoesNotExistCannotBeAdopted_J4) {
  EXPECT_THROW(static_cast<void>(q::process::adopt(-5)), std::system_error);
  EXPECT_THROW(static_cast<void>(q::process::adopt(0x3ffffff)), std::system_error);
}

}  // namespace
