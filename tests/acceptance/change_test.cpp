// Changes of watched paths, and what they lead to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "run_test.hpp"

namespace {

using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Not;

class RunChange : public run_test {};

// watchexec#544, #274, #960: the shell died, the restart came, and the old server still held the port.
TEST_F(RunChange, WaitsUntilTheOldServerIsGoneAndNotOnlyItsShell) {
  program_.make_fifo("gate");
  program_.write("file", "");
  program_.write("server",
                 "mkdir lock || echo collision\n"
                 "trap 'echo closing; read x < gate; rmdir lock; exit' TERM\n"
                 "echo serving $$\n"
                 "while :; do sleep 1; done\n");
  program_.write("Procfile", "web: sh server & wait\n");
  program_.start({"--watch", "web=file", "--stop-limit", "1h"});
  program_.await_output("serving");
  program_.write("file", "changed");
  program_.await("exited", "web");
  program_.await_output("closing");
  EXPECT_THAT(program_.events("restarted", "web"), IsEmpty());
  EXPECT_THAT(program_run::left_running(), Not(IsEmpty()));
  program_.open_gate("gate");
  EXPECT_EQ(program_.await("restarted", "web").at("because"), "change");
  EXPECT_THAT(program_.lines_of("web"), Not(::testing::Contains("collision")));
  stop();
}

// watchexec#200, #123: a change that came while the program was busy was lost, and so were all later ones.
TEST_F(RunChange, AChangeDuringTheRestartIsNotLost) {
  program_.make_fifo("gate");
  program_.write("file", "first");
  program_.write("Procfile",
                 "web: echo saw $(cat file); trap 'echo closing; read x < gate; exit' TERM; "
                 "while :; do sleep 1; done\n");
  program_.start({"--watch", "web=file", "--debounce", "1ms", "--stop-limit", "1h"});
  program_.await_output("saw first");
  program_.write("file", "second");
  program_.await_output("closing");
  program_.write("file", "third");
  program_.await("file-changed", "web");
  program_.open_gate("gate");
  program_.await_output("saw third");
  program_.write("file", "fourth");
  program_.await_output("saw fourth");
  stop();
}

TEST_F(RunChange, AChangeWhileAnExitIsClearedUpIsNotLost) {
  program_.make_fifo("gate");
  program_.write("file", "first");
  program_.write("helper", "trap 'echo closing; read x < gate; exit' TERM; touch up; while :; do sleep 1; done\n");
  program_.write("Procfile",
                 "web: echo saw $(cat file); rm -f up; sh helper & until [ -e up ]; do sleep 0.01; done; exit 0\n");
  program_.start({"--watch", "web=file", "--debounce", "1ms", "--stop-limit", "1h"});
  program_.await_output("closing");
  program_.write("file", "second");
  program_.await("file-changed", "web");
  // That the next change is told shows that the first one has been acted on.
  program_.await([](const program_run::event& e) { return e.at("event") == "file-changed"; }, "one more change",
                 [&] { program_.write("file", "second"); });
  program_.open_gate("gate");
  program_.await_output("saw second");
  EXPECT_GT(program_.output().find("rests until"), program_.output().find("saw second"));
  stop();
}

// air#908, vscode#15111: only the first save was seen of an editor that renames a new file over the old one.
TEST_F(RunChange, EverySaveByRenameIsSeen) {
  program_.write("app.toml", "0");
  program_.write("Procfile", "web: echo version $(cat app.toml); exec sleep 1000\n");
  program_.start({"--watch", "web=app.toml", "--debounce", "1ms"});
  program_.await_output("version 0");
  for (int i = 1; i <= 5; ++i) {
    program_.write_by_rename("app.toml", std::to_string(i));
    program_.await_output("version " + std::to_string(i));
  }
  stop();
}

TEST_F(RunChange, AFileThatIsRemovedAndMadeAgainIsStillWatched) {
  program_.write("app.toml", "0");
  program_.write("Procfile", "web: echo version $(cat app.toml || echo none); exec sleep 1000\n");
  program_.start({"--watch", "web=app.toml", "--debounce", "1ms"});
  program_.await_output("version 0");
  std::filesystem::remove(program_.folder() / "app.toml");
  program_.await_output("version none");
  program_.write("app.toml", "1");
  program_.await_output("version 1");
  stop();
}

TEST_F(RunChange, ADirectoryThatIsRemovedAndMadeAgainIsStillWatched) {
  std::filesystem::create_directory(program_.folder() / "source");
  program_.write("source/app", "0");
  program_.write("Procfile", "web: echo version $(cat source/app || echo none); exec sleep 1000\n");
  program_.start({"--watch", "web=source", "--debounce", "1ms", "--back-off-max", "100ms"});
  program_.await_output("version 0");
  std::filesystem::remove_all(program_.folder() / "source");
  EXPECT_EQ(program_.await("watch-lost", "web").at("path"), "source");
  program_.await_output("source cannot be watched any more for web");
  program_.await_output("version none");
  std::filesystem::create_directory(program_.folder() / "source");
  program_.await("watched-again", "web");
  program_.write("source/app", "1");
  program_.await_output("version 1");
  program_.write("source/app", "2");
  program_.await_output("version 2");
  stop();
}

TEST_F(RunChange, ADirectoryThatIsSwappedByRenamingIsStillWatched) {
  std::filesystem::create_directory(program_.folder() / "source");
  program_.write("source/app", "0");
  program_.write("Procfile", "web: echo version $(cat source/app || echo none); exec sleep 1000\n");
  program_.start(
      {"--watch", "web=source", "--watch", "web=source/app", "--debounce", "1ms", "--back-off-max", "100ms"});
  program_.await_output("version 0");
  for (int i = 1; i <= 3; ++i) {
    const std::string number = std::to_string(i);
    std::filesystem::create_directory(program_.folder() / "next");
    program_.write("next/app", number);
    std::filesystem::rename(program_.folder() / "source", program_.folder() / ("old" + number));
    std::filesystem::rename(program_.folder() / "next", program_.folder() / "source");
    program_.await_output("version " + number);
    program_.write("source/app", "changed " + number);
    program_.await_output("version changed " + number);
  }
  stop();
}

// watchdog#997: each change prolonged the window, so that steady changes put off the restart for ever.
TEST_F(RunChange, SteadyChangesDelayARestartButDoNotPreventIt) {
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.start({"--watch", "web=file", "--debounce", "300ms"});
  program_.await("started", "web");
  int changes = 0;
  // Each look for the event takes some milliseconds: far less than the window. So there never is a quiet one.
  program_.await([&](const program_run::event& e) { return e.at("event") == "restarted"; },
                 "a restart while the file changes", [&] { program_.write("file", std::to_string(++changes)); });
  EXPECT_THAT(changes, Ge(3));
  stop();
}

// watchexec#375: Ctrl-C was noticed only when the debounce period was over.
TEST_F(RunChange, CtrlCDoesNotWaitForTheDebounce) {
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\n");
  program_.start({"--watch", "web=file", "--debounce", "1h"});
  program_.await("started", "web");
  program_.write("file", "changed");
  program_.await("file-changed", "web");
  program_.signal(SIGINT);
  EXPECT_EQ(program_.await_exit(), 0);
}

TEST_F(RunChange, ChangesOfADirectoryAndOfSeveralPathsAreSeen) {
  std::filesystem::create_directory(program_.folder() / "source");
  program_.write("file", "");
  program_.write("Procfile", "web: exec sleep 1000\nother: exec sleep 1000\n");
  program_.start({"--watch", "web=source", "--watch", "web=file", "--watch", "other=file", "--debounce", "1ms"});
  program_.await("started", "other");
  program_.write("source/new", "");
  EXPECT_EQ(program_.await("file-changed").at("path"), "source");
  program_.await("restarted", "web");
  EXPECT_THAT(program_.events("restarted", "other"), IsEmpty());
  program_.write("file", "changed");
  program_.await("restarted", "other");
  stop();
}

TEST_F(RunChange, AProcessThatIsDoneStartsAgainAfterAChange) {
  program_.write("file", "one");
  program_.write("Procfile", "build: echo built $(cat file)\n");
  program_.start({"--watch", "build=file", "--debounce", "1ms"});
  program_.await_output("rests until");
  program_.write("file", "two");
  program_.await_output("built two");
  stop();
}

TEST_F(RunChange, AFailureThatRestsUntilAChangeIsTheStatusUnlessItIsMended) {
  program_.write("file", "exit 5");
  program_.write("Procfile", "build: sh file\n");
  program_.start({"--watch", "build=file", "--debounce", "1ms", "--restart", "never"});
  program_.await_output("rests until");
  program_.signal(SIGTERM);
  EXPECT_EQ(program_.await_exit(), 5);

  program_run mended;
  mended.write("file", "exit 5");
  mended.write("Procfile", "build: sh file\n");
  mended.start({"--watch", "build=file", "--debounce", "1ms", "--restart", "never"});
  mended.await_output("rests until");
  mended.write_by_rename("file", "echo well; exit 0");
  mended.await_output("well");
  mended.signal(SIGTERM);
  EXPECT_EQ(mended.await_exit(), 0);
}

}  // namespace
