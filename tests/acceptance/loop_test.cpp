// Processes that change what they are watched for, in whatever state that meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "run_test.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunLoop : public run_test {
 protected:
  void start(const std::string& command, const std::string& debounce = "50ms", const std::string& more_settings = "") {
    program_.write("file", "");
    program_.write("Procfile", "web: " + command + "\n");
    program_.write("quiesce.toml", "[web]\nwatch = \"file\"\n" + more_settings);
    program_.start({"--debounce", debounce, "--back-off-first", "150ms", "--back-off-max", "300ms"});
  }

  /// Once it is known as a loop, the delays grow to the longest one. A change that was made by somebody else would lead
  /// to no delay, or to the first one again.
  void expect_growing_delays(const std::string& event) {
    program_.await("change-loop", "web");
    program_.await([&](const program_run::event& e) { return e.at("event") == event && e.at("delay_ms") == 300; },
                   event + " with the longest delay");
  }
};

// watchexec#40: a command that changes what it is watched for was run again and again, as fast as it could.
TEST_F(RunLoop, IsSeenThoughTheProcessHasExitedBeforeItsChangeComes) {
  start("echo again >> file");
  expect_growing_delays("restart-scheduled");
  EXPECT_THAT(program_.output(), HasSubstr("web seems to change what it is watched for: its restarts will be put off"));
  stop();
}

TEST_F(RunLoop, IsSeenThoughTheProcessFailsAndItsChangeComesInThePauseAfterThat) {
  start("echo again >> file; exit 1");
  expect_growing_delays("restart-scheduled");
  stop();
}

TEST_F(RunLoop, IsSeenThoughItsChangeComesWhileItsLeftoversAreEnded) {
  program_.write("helper", "trap '' TERM; touch up; sleep 0.2\n");
  start("rm -f up; sh helper & until [ -e up ]; do sleep 0.01; done; echo again >> file");
  expect_growing_delays("restart-scheduled");
  stop();
}

TEST_F(RunLoop, OfAProcessThatIsToldOfChangesIsSeenAndItIsToldMoreAndMoreSeldom) {
  start("trap 'echo again >> file' HUP; echo again >> file; sleep 1000 & while :; do wait; done", "50ms",
        "reload = \"SIGHUP\"\n");
  expect_growing_delays("signal-scheduled");
  EXPECT_THAT(program_.output(),
              HasSubstr("web seems to change what it is watched for: it will be told later and later"));
  EXPECT_THAT(program_.events("restarted", "web"), IsEmpty());
  program_.await("told-of-change", "web");
  stop();
}

TEST_F(RunLoop, IsSeenThoughEachChangeIsGatheredForLongerThanALoopMayTake) {
  start("echo again >> file; exec sleep 1000", "1001ms");
  program_.await("change-loop", "web");
  stop();
}

}  // namespace
