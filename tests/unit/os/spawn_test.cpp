#include "os/spawn.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "os/unique_fd.hpp"
#include "support/in_child.hpp"

namespace {

using quiesce::os::spawn;
using quiesce::os::spawn_options;
using quiesce::os::unique_fd;
using testing::AllOf;
using testing::HasSubstr;
using words = std::vector<std::string>;
using pairs = std::vector<std::pair<std::string, std::string>>;

struct pipe_ends {
  pipe_ends() {
    int both[2];
    if (::pipe2(both, O_CLOEXEC) != 0) std::abort();
    read = unique_fd(both[0]);
    write = unique_fd(both[1]);
  }
  std::string text() {
    write.reset();
    std::string all;
    char buffer[512];
    for (ssize_t length; (length = ::read(read.get(), buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(length));
    }
    return all;
  }
  unique_fd read;
  unique_fd write;
};

int status_of(pid_t pid) {
  int status = -1;
  return ::waitpid(pid, &status, 0) == pid ? status : -1;
}

std::string output_of(const words& command, spawn_options options = {}) {
  pipe_ends out;
  options.standard_output = out.write.get();
  const pid_t pid = spawn(command, options);
  std::string text = out.text();
  status_of(pid);
  return text;
}

std::string refusal_of(const words& command, const spawn_options& options = {}) {
  try {
    status_of(spawn(command, options));
    return "started";
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(Spawn, FindsTheProgramByThePathAndHandsOverEveryArgument) {
  EXPECT_EQ(output_of({"printf", "%s|", "", "a b", "\"c\""}), "|a b|\"c\"|");
}

TEST(Spawn, LaterEntriesOfTheEnvironmentWinAndTheRestIsInherited) {
  ::setenv("QUIESCE_TEST_KEPT", "kept", 1);
  ::setenv("QUIESCE_TEST_REPLACED", "old", 1);
  const pairs added{{"QUIESCE_TEST_REPLACED", "first"}, {"QUIESCE_TEST_NEW", "a=b"}, {"QUIESCE_TEST_REPLACED", "last"}};
  const std::string text = output_of({"sh", "-c", "env | grep QUIESCE_TEST | sort"}, {.environment = added});
  EXPECT_EQ(text, "QUIESCE_TEST_KEPT=kept\nQUIESCE_TEST_NEW=a=b\nQUIESCE_TEST_REPLACED=last\n");
}

TEST(Spawn, StartsInTheDirectory) { EXPECT_EQ(output_of({"pwd", "-P"}, {.directory = "/proc/sys"}), "/proc/sys\n"); }

TEST(Spawn, LeadsAProcessGroupOfItsOwnOrStaysInOurs) {
  const words command{"sh", "-c", "read -r _ _ _ _ group _ </proc/self/stat; test \"$group\" = $$"};
  EXPECT_EQ(status_of(spawn(command, {.own_group = true})), 0);
  EXPECT_NE(status_of(spawn(command, {.own_group = false})), 0);
}

TEST(Spawn, StartsWithNoSignalBlockedAndNoneIgnored) {
  EXPECT_THAT(support::in_child([] {
                ::signal(SIGPIPE, SIG_IGN);
                ::signal(SIGUSR1, SIG_IGN);
                sigset_t some;
                ::sigemptyset(&some);
                ::sigaddset(&some, SIGTERM);
                ::sigaddset(&some, SIGCHLD);
                ::sigprocmask(SIG_BLOCK, &some, nullptr);
                return output_of({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
              }),
              // The C library has its own two signals ignored until the program's own C library takes them over.
              testing::AnyOf("SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n",
                             "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"));
}

TEST(Spawn, OutputAndErrorCanBeHandedOverCrosswise) {
  EXPECT_EQ(support::in_child([] {
              pipe_ends out;
              pipe_ends err;
              ::dup2(out.write.get(), STDOUT_FILENO);
              ::dup2(err.write.get(), STDERR_FILENO);
              const pid_t pid = spawn(words{"sh", "-c", "echo output; echo error >&2"},
                                      {.standard_output = STDERR_FILENO, .standard_error = STDOUT_FILENO});
              status_of(pid);
              ::close(STDOUT_FILENO);
              ::close(STDERR_FILENO);
              return "1: " + out.text() + "2: " + err.text();
            }),
            "1: error\n2: output\n");
}

TEST(Spawn, ADescriptorHandedOverToItselfStaysOpenThoughItIsClosedOnExec) {
  EXPECT_EQ(support::in_child([] {
              pipe_ends out;
              ::dup3(out.write.get(), STDOUT_FILENO, O_CLOEXEC);
              const pid_t pid = spawn(words{"echo", "here"}, {.standard_output = STDOUT_FILENO});
              status_of(pid);
              ::close(STDOUT_FILENO);
              return out.text();
            }),
            "here\n");
}

TEST(Spawn, NoOtherDescriptorOfOursIsHandedOver) {
  const std::string before = output_of({"ls", "/proc/self/fd"});
  const pipe_ends more;
  EXPECT_EQ(output_of({"ls", "/proc/self/fd"}), before);
}

TEST(Spawn, AMissingProgramIsRefusedByNameAndLeavesNoChild) {
  EXPECT_THAT(refusal_of({"quiesce-no-such-program", "argument"}),
              AllOf(HasSubstr("'quiesce-no-such-program'"), HasSubstr("No such file")));
  EXPECT_THAT(refusal_of({"/proc/self/status"}),
              AllOf(HasSubstr("'/proc/self/status'"), HasSubstr("Permission denied")));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Spawn, AMissingDirectoryIsNamed) {
  EXPECT_THAT(refusal_of({"true"}, {.directory = "/no/such/directory"}), HasSubstr("'/no/such/directory'"));
}

TEST(Spawn, AClosedDescriptorIsRefusedWithItsNumber) {
  EXPECT_THAT(refusal_of({"true"}, {.standard_error = 1'000'000}), HasSubstr("descriptor 1000000"));
  EXPECT_THAT(refusal_of({"true"}, {.standard_input = -2}), HasSubstr("descriptor -2"));
}

TEST(Spawn, TextThatCannotBeHandedOverIsRefused) {
  using std::string_literals::operator""s;
  EXPECT_THROW(spawn({}, {}), std::invalid_argument);
  EXPECT_THROW(spawn(words{""}, {}), std::invalid_argument);
  EXPECT_THROW(spawn(words{"true", "a\0b"s}, {}), std::invalid_argument);
  EXPECT_THROW(spawn(words{"true"}, {.directory = "/\0"s}), std::invalid_argument);
  for (const auto& entry : pairs{{"", "value"}, {"A=B", "value"}, {"A\0"s, "value"}, {"A", "\0"s}}) {
    EXPECT_THROW(spawn(words{"true"}, {.environment = {&entry, 1}}), std::invalid_argument);
  }
}

TEST(Spawn, OutOfDescriptorsIsSaid) {
  EXPECT_THAT(support::in_child([]() -> std::string {
                const support::descriptor_limit none(3);
                spawn(words{"true"}, {.standard_output = 1});
                return "started";
              }),
              AllOf(HasSubstr("descriptor 1"), HasSubstr("Too many open files")));
}

}  // namespace
