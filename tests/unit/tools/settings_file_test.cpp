#include "settings_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> faults_of(std::string_view text) {
  std::vector<std::string> texts;
  for (const auto& fault : parse_settings(text).faults) texts.push_back(fault_text("quiesce.toml", fault));
  return texts;
}

process_settings only_process(std::string_view text) {
  const auto file = parse_settings(text);
  EXPECT_THAT(faults_of(text), IsEmpty());
  EXPECT_EQ(file.entries.size(), 1U);
  return file.entries.empty() ? process_settings{} : file.entries.front().settings;
}

TEST(SettingsFile, EveryKeyIsRead) {
  const auto web = only_process(R"(
[web]
command = "serve"
directory = "app"
needs = ["db", "cache"]
restart = "always"
watch = ["app.toml", "lib"]
reload = "SIGHUP"
environment = {PORT = "80", EMPTY = ""}
stop = {signal = "SIGINT", limit = "1.5s"}
ready = {port = 8080, host = "::1", limit = "2m", every = "250ms"}
)");
  process_settings expected{.name = "web", .command = "serve", .directory = "app"};
  expected.environment = {{"EMPTY", ""}, {"PORT", "80"}};
  expected.needs = {"db", "cache"};
  expected.ready = {.sign = readiness_sign::port, .host = "::1", .port = 8080, .every = 250ms, .limit = 2min};
  expected.stop_signal = SIGINT;
  expected.stop_limit = 1500ms;
  expected.restart = restart_policy::always;
  expected.watch = {"app.toml", "lib"};
  expected.reload_signal = SIGHUP;
  EXPECT_EQ(web, expected);
}

TEST(SettingsFile, WhatIsNotGivenIsLeftToTheCommandLine) {
  const auto web = only_process("[web]\n");
  EXPECT_EQ(web, (process_settings{.name = "web", .command = ""}));
  EXPECT_EQ(web.stop_limit, std::nullopt);
  EXPECT_EQ(web.restart, std::nullopt);
}

TEST(SettingsFile, EachWayToBeReadyIsRead) {
  EXPECT_EQ(only_process("[web]\nready.port = 80\n").ready.sign, readiness_sign::port);
  EXPECT_EQ(only_process("[web]\nready.notify = true\n").ready.sign, readiness_sign::notify);
  EXPECT_EQ(only_process("[web]\nready.command = 'test -e up'\n").ready.command, "test -e up");
  const auto http = only_process("[web]\n[web.ready]\nhttp = \"http://localhost:8080/health?full=1\"\n").ready;
  EXPECT_EQ(http.sign, readiness_sign::http);
  EXPECT_EQ(http.host, "localhost");
  EXPECT_EQ(http.port, 8080);
  EXPECT_EQ(http.target, "/health?full=1");
}

TEST(SettingsFile, ASingleNeedOrPathNeedsNoArray) {
  const auto web = only_process("[web]\nneeds = \"db\"\nwatch = \"file\"\n");
  EXPECT_THAT(web.needs, ElementsAre("db"));
  EXPECT_THAT(web.watch, ElementsAre("file"));
}

TEST(SettingsFile, ProcessesComeInTheOrderOfTheFileAndNotOfTheirNames) {
  const auto file = parse_settings("[web]\n[db]\n[cache]\n");
  std::vector<std::string> names;
  std::vector<int> lines;
  for (const auto& entry : file.entries) {
    names.push_back(entry.settings.name);
    lines.push_back(entry.line);
  }
  EXPECT_THAT(names, ElementsAre("web", "db", "cache"));
  EXPECT_THAT(lines, ElementsAre(1, 2, 3));
}

TEST(SettingsFile, AWrongValueIsNamedWithItsLineAndWhatWasWanted) {
  const struct {
    const char* line;
    const char* fault;
  } wrong[] = {
      {"command = 3", "web: command = 3 is no text in quotes"},
      {"command = \"\"", "web: command = \"\" is empty"},
      {"command = \"a\\u0000b\"", "web: command = \"a\\u0000b\" contains a NUL byte"},
      {"directory = true", "web: directory = true is no text in quotes"},
      {"needs = [\"db\", 7]", "web: needs = 7 is no text in quotes"},
      {"needs = {}", "web: needs = a table is no text in quotes"},
      {"one_shot = \"yes\"", "web: one_shot = \"yes\" is neither true nor false"},
      {"restart = \"sometimes\"", "web: restart = \"sometimes\" is none of always, on-failure, never"},
      {"environment = \"A=1\"", "web: environment = \"A=1\" is no table of texts"},
      {"environment = {A = 1}", "web: environment.A = 1 is no text in quotes"},
      {"environment = {\"A=B\" = \"1\"}", "web: environment.A=B = \"1\" has a name that no variable can have"},
      {"stop = \"SIGINT\"", "web: stop = \"SIGINT\" is no table"},
      {"stop.limit = \"soon\"", "web.stop: limit = \"soon\" is no duration; write \"10s\", \"250ms\" or \"2m\""},
      {"stop.limit = 10", "web.stop: limit = 10 is no duration; write \"10s\", \"250ms\" or \"2m\""},
      {"stop.limit = \"-1s\"", "web.stop: limit = \"-1s\" is no duration; write \"10s\", \"250ms\" or \"2m\""},
      {"stop.signal = \"SIGSTOP\"", "web.stop: signal = \"SIGSTOP\" is none of SIGTERM, SIGINT, "},
      {"reload = 1\nwatch = \"x\"", "web: reload = 1 is none of SIGTERM, "},
  };
  for (const auto& [line, fault] : wrong) {
    EXPECT_THAT(faults_of(std::string{"[web]\n\n"} + line + "\n"),
                ElementsAre(StartsWith(std::string{"quiesce.toml:3: "} + fault)));
  }
}

TEST(SettingsFile, AWrongSignOfReadinessIsNamed) {
  const struct {
    const char* line;
    const char* fault;
  } wrong[] = {
      {"ready = {}", "web.ready: none of port, http, command, notify is given"},
      {"ready = {limit = \"1s\"}", "web.ready: none of port, http, command, notify is given"},
      {"ready = {port = 80, notify = true}", "web.ready: notify = true and port are given; one is enough"},
      {"ready = {port = 0}", "web.ready: port = 0 is no whole number from 1 to 65535"},
      {"ready = {port = 65536}", "web.ready: port = 65536 is no whole number from 1 to 65535"},
      {"ready = {port = \"80\"}", "web.ready: port = \"80\" is no whole number from 1 to 65535"},
      {"ready = {port = 80, host = \"example.org\"}",
       "web.ready: host = \"example.org\" is neither localhost nor a numeric address"},
      {"ready = {command = \"x\", host = \"::1\"}", "web.ready: host = \"::1\" belongs to a port, and there is none"},
      {"ready = {http = \"/health\"}", "web.ready: http = \"/health\" is not of the form http://HOST:PORT/PATH"},
      {"ready = {notify = false}", "web.ready: notify = false says nothing; leave it out"},
      {"ready = {port = 80, every = \"0\"}", "web.ready: every = \"0\" leaves no pause between two attempts"},
      {"ready = {port = 80, limit = \"\"}", "web.ready: limit = \"\" is no duration"},
      {"ready = {port = 80, after = \"1s\"}",
       "web.ready: after = \"1s\" is not known; known are command, every, host, http, limit, notify, port"},
  };
  for (const auto& [line, fault] : wrong) {
    EXPECT_THAT(faults_of(std::string{"[web]\n"} + line + "\n"),
                ElementsAre(StartsWith(std::string{"quiesce.toml:2: "} + fault)));
  }
}

TEST(SettingsFile, WhatRunsOnceHasNoOtherSignOfReadiness) {
  EXPECT_THAT(faults_of("[web]\none_shot = true\nready.port = 80\nrestart = \"always\"\n"),
              ElementsAre(StartsWith("quiesce.toml:3: web: ready = a table does not go with one_shot"),
                          "quiesce.toml:4: web: restart = \"always\" does not go with one_shot"));
}

TEST(SettingsFile, AKeyThatIsNotKnownIsAFaultAndTheKnownOnesAreListed) {
  EXPECT_THAT(faults_of("[web]\ncomand = \"serve\"\n"),
              ElementsAre("quiesce.toml:2: web: comand = \"serve\" is not known; known are command, directory, "
                          "environment, needs, one_shot, ready, reload, restart, stop, watch"));
}

TEST(SettingsFile, WhatIsNoTableIsNoProcess) {
  EXPECT_THAT(faults_of("restart = \"always\"\n"),
              ElementsAre("quiesce.toml:1: restart = \"always\" is no table; expected [NAME] for each process"));
}

TEST(SettingsFile, NamesFollowTheRulesOfTheProcfile) {
  EXPECT_THAT(faults_of("[\"a b\"]\n[quiesce]\n[\"\"]\n"),
              ElementsAre("quiesce.toml:1: a blank in the name; a name consists of letters, digits, - and _",
                          "quiesce.toml:2: the name \"quiesce\" is kept for what this program says itself",
                          "quiesce.toml:3: no name for the process"));
}

TEST(SettingsFile, AllFaultsAreReportedInTheOrderOfTheirLines) {
  EXPECT_THAT(
      faults_of("[web]\none_shot = 1\n[db]\nneeds = 1\n[cache]\nx = 1\n"),
      ElementsAre(StartsWith("quiesce.toml:2: "), StartsWith("quiesce.toml:4: "), StartsWith("quiesce.toml:6: ")));
}

TEST(SettingsFile, WhatIsNoTomlIsAFaultWithItsLine) {
  EXPECT_THAT(faults_of("[web]\ncommand = serve\n"), ElementsAre(StartsWith("quiesce.toml:2: ")));
  EXPECT_THAT(faults_of("[web]\n\n[web]\n"), ElementsAre(StartsWith("quiesce.toml:3: ")));
  EXPECT_THAT(faults_of("[web]\ncommand = \"\xff\"\n"), ElementsAre(StartsWith("quiesce.toml:2: ")));
}

TEST(SettingsFile, AMessageIsOneLineWhateverTheFileHolds) {
  EXPECT_THAT(faults_of("[web]\n\"a\\nb\\u0000\" = 1\n"),
              ElementsAre(StartsWith("quiesce.toml:2: web: a\\u000ab\\u0000 = 1 is not known")));
  EXPECT_THAT(faults_of("[web]\none_shot = tru\n"), ElementsAre(::testing::HasSubstr("saw 'tru\\u000a'")));
}

TEST(SettingsFile, ALongValueIsCutInTheMessage) {
  const auto faults = faults_of("[web]\nrestart = \"" + std::string(1000, 'x') + "\"\n");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_LT(faults[0].size(), 200U);
}

}  // namespace
}  // namespace quiesce_tool
