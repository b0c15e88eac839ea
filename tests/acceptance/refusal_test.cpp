// Processes that run for another user, as by sudo, and that this program has no right to signal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "run_test.hpp"

namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RunRefusal : public run_test {
 protected:
  // There is no process of another user otherwise. Root that lacks one of the other rights fails, and is not passed over.
  void SetUp() override {
    if (::getuid() != 0) GTEST_SKIP() << "only root can become another user";
  }

  /// Without the right to signal other users. A thread loses it for itself and for what it starts, and for nobody else.
  void start(const std::vector<std::string>& options) {
    bool is_lost = false;
    std::thread([&] {
      is_lost = ::prctl(PR_CAPBSET_DROP, CAP_KILL) == 0;
      program_.start(options);
    }).join();
    ASSERT_TRUE(is_lost);
  }

  /// Runs for another user, and says "up" then.
  static constexpr const char* foreigner = "setpriv --reuid 65534 --clear-groups sh -c 'echo up $$; exec sleep 1000'";

  pid_t pid_of_foreigner() {
    program_.await_output("up ");
    program_.await_lines("web", 1);
    return std::stoi(program_.lines_of("web").back().substr(3));
  }

  /// `web` with what stands before the foreigner and behind it. Returns the foreigner's pid.
  pid_t start_foreigner(const std::string& before, const std::string& behind, const std::string& stop_limit) {
    program_.write("Procfile", "web: " + before + foreigner + behind + "\n");
    start({"--stop-limit", stop_limit});
    return pid_of_foreigner();
  }

  void expect_end_without(pid_t left) {
    EXPECT_EQ(program_.await_exit(), 1);
    EXPECT_TRUE(program_run::is_alive(left));
    EXPECT_THAT(program_run::left_running(), SizeIs(1));
    // Its name may be still that of the shell, which becomes `sleep`.
    const std::string pid = std::to_string(left);
    EXPECT_THAT(program_.output(), AllOf(ContainsRegex("left running: (sh|sleep) " + pid + "; status 1"),
                                         Not(ContainsRegex("killing [^ ]+ \\(pid " + pid)),
                                         Not(HasSubstr("(pid " + pid + ", SIGKILL sent"))));
    for (const auto& each : program_.events()) EXPECT_FALSE(each.at("event") == "killed" && each.at("pid") == left);
  }
};

TEST_F(RunRefusal, AtTheLimitAProcessIsLeftRunningAndThatIsTold) {
  const pid_t pid = start_foreigner("exec ", "", "1200ms");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await("waiting", "web").at("refused"), true);
  EXPECT_EQ(program_.await("left-running", "web").at("pid"), pid);
  expect_end_without(pid);
  EXPECT_THAT(program_.output(), HasSubstr("cannot send SIGTERM to web: Operation not permitted"));
  EXPECT_THAT(program_.output(), ContainsRegex("waiting [0-9.]+ s for web \\(pid [0-9]+, SIGTERM refused\\), kill in"));
  EXPECT_THAT(program_.events("signalled", "web"), IsEmpty());
  EXPECT_THAT(program_.events("stopped", "web"), IsEmpty());
}

TEST_F(RunRefusal, ASecondSignalDoesNotWaitForTheLimit) {
  const pid_t pid = start_foreigner("exec ", "", "1h");
  program_.signal(SIGTERM);
  program_.await("stopping", "web");
  program_.signal(SIGQUIT);
  expect_end_without(pid);
}

TEST_F(RunRefusal, WhoOutlivesItsGroupIsLeftRunningToo) {
  const pid_t pid = start_foreigner("", " & wait", "1200ms");
  program_.signal(SIGTERM);
  program_.await("exited", "web");
  EXPECT_EQ(program_.await("waiting", "web").at("refused"), true);
  EXPECT_EQ(program_.await("left-running", "web").at("pid"), pid);
  expect_end_without(pid);
}

// The group got SIGKILL, which is told, but not all in it.
TEST_F(RunRefusal, WhoIsTheOnlyOneOfItsGroupToOutliveSigkillIsFound) {
  const pid_t pid = start_foreigner("trap '' TERM; ", " & while :; do sleep 1; done", "1ms");
  program_.signal(SIGTERM);
  program_.await("killed", "web");
  EXPECT_EQ(program_.await("left-running", "web").at("pid"), pid);
  EXPECT_EQ(program_.await_exit(), 1);
  EXPECT_TRUE(program_run::is_alive(pid));
}

TEST_F(RunRefusal, ACommandThatOutlivesItsGroupIsFoundToo) {
  program_.make_fifo("trapped");
  const pid_t pid =
      start_foreigner("(trap '' TERM; echo >trapped; while :; do sleep 1; done) & read x <trapped; exec ", "", "1ms");
  program_.signal(SIGTERM);
  program_.await("killed", "web");
  EXPECT_EQ(program_.await("waiting", "web").at("refused"), true);
  EXPECT_EQ(program_.await("left-running", "web").at("pid"), pid);
  EXPECT_EQ(program_.await_exit(), 1);
  EXPECT_TRUE(program_run::is_alive(pid));
  EXPECT_THAT(program_run::left_running(), SizeIs(1));
}

TEST_F(RunRefusal, WhoHasLostAllThatTellsWhoseItIsIsLeftRunningToo) {
  const pid_t pid = start_foreigner("(env -i PATH=$PATH setsid ", " &); exec sleep 1000", "1ms");
  program_.signal(SIGTERM);
  expect_end_without(pid);
  EXPECT_EQ(program_.events("left-running", "an unknown process").at(0).at("pid"), pid);
}

TEST_F(RunRefusal, ARestartWaitsUntilSomebodyElseHasEndedIt) {
  program_.write("file", "");
  program_.write("Procfile", std::string{"web: exec "} + foreigner + "\n");
  start({"--watch", "web=file", "--debounce", "1ms", "--stop-limit", "1ms"});
  const pid_t first = pid_of_foreigner();
  program_.write("file", "changed");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(program_.await("waiting", "web").at("refused"), true);
  EXPECT_THAT(program_.output(), HasSubstr("SIGKILL refused"));
  EXPECT_THAT(program_.events("left-running", "web"), IsEmpty());
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  program_.await("restarted", "web");
  program_.await_lines("web", 2);
  program_.signal(SIGTERM);
  expect_end_without(pid_of_foreigner());
}

TEST_F(RunRefusal, WhoIsRemovedByAReloadIsLeftRunningWhenEverythingStops) {
  const pid_t pid = start_foreigner("exec ", "\nother: exec sleep 1000", "1ms");
  program_.write("Procfile", "other: exec sleep 1000\n");
  program_.signal(SIGHUP);
  program_.await("waiting", "web");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await("left-running", "web").at("pid"), pid);
  expect_end_without(pid);
}

// A reload could start a second one beside it.
TEST_F(RunRefusal, WhoWasLeftBehindByACommandThatIsOverIsWaitedForUntilAStop) {
  program_.make_fifo("gate");
  const pid_t pid = start_foreigner("", " & read x < gate", "1ms");
  program_.open_gate("gate");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(program_.await("waiting", "web").at("refused"), true);
  EXPECT_THAT(program_.events("left-running", "web"), IsEmpty());
  program_.signal(SIGTERM);
  expect_end_without(pid);
}

TEST_F(RunRefusal, WhoIsBelowOneThatIsLeftRunningIsEnded) {
  program_.write("Procfile",
                 std::string{"web: setsid sh -c 'trap \"\" TERM; echo below; while :; do sleep 1; done' & exec "} +
                     foreigner + "\n");
  start({"--stop-limit", "1ms"});
  program_.await_lines("web", 2);
  program_.signal(SIGTERM);
  const pid_t left = program_.await("left-running", "web").at("pid").get<pid_t>();
  program_.await("orphan-found", "web");
  expect_end_without(left);
  EXPECT_THAT(program_.output(), Not(HasSubstr("has exited")));
}

}  // namespace
