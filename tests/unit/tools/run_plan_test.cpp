#include "run_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

run_plan plan_of(const std::string& listed, const std::string& settings) {
  return make_plan({"app/Procfile", parse_procfile(listed)}, {"etc/quiesce.toml", parse_settings(settings)});
}

run_plan plan_of_settings(const std::string& settings) {
  return make_plan({"Procfile"}, {"etc/quiesce.toml", parse_settings(settings)});
}

std::vector<std::string> texts_of(const run_plan& plan) {
  std::vector<std::string> texts;
  for (const auto& each : plan.processes) texts.push_back(each.name + "=" + each.command);
  return texts;
}

TEST(RunPlan, TheSettingsAddToTheLineOfTheProcfile) {
  const auto plan = plan_of("web: serve\ndb: store\n", "[db]\nrestart = \"never\"\n");
  EXPECT_THAT(texts_of(plan), ElementsAre("web=serve", "db=store"));
  EXPECT_EQ(plan.processes[0].restart, std::nullopt);
  EXPECT_EQ(plan.processes[1].restart, restart_policy::never);
}

TEST(RunPlan, AProcessOfTheSettingsAloneComesBehindThoseOfTheProcfile) {
  EXPECT_THAT(texts_of(plan_of("web: serve\n", "[db]\ncommand = \"store\"\n")), ElementsAre("web=serve", "db=store"));
  EXPECT_THAT(texts_of(plan_of_settings("[db]\ncommand = \"store\"\n")), ElementsAre("db=store"));
}

TEST(RunPlan, PathsAreRelativeToTheFileThatNamesThem) {
  const auto plan = plan_of("web: serve\napi: serve\n",
                            "[web]\nwatch = [\"a\", \"/b\"]\n[api]\ndirectory = \"sub\"\n[db]\ncommand = \"store\"\n");
  ASSERT_THAT(plan.faults, IsEmpty());
  EXPECT_EQ(plan.processes[0].directory, "app");
  EXPECT_THAT(plan.processes[0].watch, ElementsAre("etc/a", "/b"));
  EXPECT_EQ(plan.processes[1].directory, "etc/sub");
  EXPECT_EQ(plan.processes[2].directory, "etc/");
}

TEST(RunPlan, ACommandInBothFilesIsAFault) {
  EXPECT_THAT(plan_of("web: serve\n", "[web]\ncommand = \"other\"\n").faults,
              ElementsAre("etc/quiesce.toml:2: web: command = \"other\" stands in line 1 of app/Procfile already"));
}

TEST(RunPlan, AProcessWithoutACommandIsAFault) {
  EXPECT_THAT(plan_of("web: serve\n", "\n[wbe]\n").faults,
              ElementsAre("etc/quiesce.toml:2: wbe: no command, and app/Procfile has no such process"));
  EXPECT_THAT(plan_of_settings("[web]\n").faults, ElementsAre("etc/quiesce.toml:1: web: no command"));
}

TEST(RunPlan, ASignalForChangesNeedsAPathThatIsWatched) {
  const std::string settings = "[web]\ncommand = \"serve\"\nreload = \"HUP\"\n";
  EXPECT_THAT(plan_of_settings(settings).faults,
              ElementsAre("etc/quiesce.toml:3: web: reload = \"SIGHUP\" needs a path to watch, here or by --watch"));
  EXPECT_THAT(plan_of_settings(settings + "watch = []\n").faults, ElementsAre(HasSubstr("needs a path to watch")));
  EXPECT_THAT(plan_of_settings(settings + "watch = 1\n").faults, ElementsAre(HasSubstr("web: watch = 1")));
  const auto plan = make_plan({"Procfile"}, {"etc/quiesce.toml", parse_settings(settings)}, {{"web", "src"}});
  ASSERT_THAT(plan.faults, IsEmpty());
  EXPECT_THAT(plan.processes[0].watch, ElementsAre("src"));
}

TEST(RunPlan, AWatchOfAProcessThatIsNotThereIsAFault) {
  const plan_source<settings_file> settings{"etc/quiesce.toml", parse_settings("[web]\ncommand = \"serve\"\n")};
  EXPECT_THAT(make_plan({"Procfile"}, settings, {{"wbe", "src"}}).faults,
              ElementsAre("quiesce: --watch wbe=src: etc/quiesce.toml has no process \"wbe\""));
  EXPECT_THAT(make_plan({"app/Procfile", parse_procfile("db: store\n")}, settings, {{"wbe", "src"}}).faults,
              ElementsAre("quiesce: --watch wbe=src: app/Procfile has no process \"wbe\""));
}

TEST(RunPlan, TheFaultsOfBothFilesAreReported) {
  EXPECT_THAT(plan_of("web serve\n", "[web]\nx = 1\n").faults,
              ElementsAre(StartsWith("app/Procfile:1: no colon"), StartsWith("etc/quiesce.toml:2: web: x = 1")));
}

TEST(RunPlan, NothingToRunIsAFault) {
  EXPECT_THAT(plan_of_settings("# nothing\n").faults, ElementsAre("etc/quiesce.toml: no process in it"));
}

TEST(RunPlan, ANeedThatNobodyCanMeetIsNamedWithItsLine) {
  EXPECT_THAT(plan_of("web: serve\ndb: store\n", "[web]\nneeds = [\n  \"db\",\n  \"bd\",\n  \"db\",\n]\n").faults,
              ElementsAre("etc/quiesce.toml:4: web: needs = \"bd\": there is no such process",
                          "etc/quiesce.toml:5: web: needs = \"db\" is there twice"));
}

TEST(RunPlan, ACircleOfNeedsIsShownWhole) {
  EXPECT_THAT(
      plan_of("a: x\nb: x\nc: x\nd: x\n", "[a]\nneeds = \"b\"\n[b]\nneeds = [\"d\", \"c\"]\n[c]\nneeds = \"b\"\n")
          .faults,
      ElementsAre("etc/quiesce.toml:4: b: the needs form a circle: b -> c -> b"));
  EXPECT_THAT(plan_of("a: x\n", "[a]\nneeds = \"a\"\n").faults,
              ElementsAre("etc/quiesce.toml:2: a: the needs form a circle: a -> a"));
}

TEST(RunPlan, ManyWaysToOneNeedAreNoCircle) {
  std::string listed = "p0: x\n";
  std::string settings;
  for (int i = 1; i < 40; ++i) {
    listed += "p" + std::to_string(i) + ": x\n";
    settings += "[p" + std::to_string(i) + "]\nneeds = [";
    for (int j = 0; j < i; ++j) settings += "\"p" + std::to_string(j) + "\", ";
    settings += "]\n";
  }
  EXPECT_THAT(plan_of(listed, settings).faults, IsEmpty());
}

}  // namespace
}  // namespace quiesce_tool
