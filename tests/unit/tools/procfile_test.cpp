#include "procfile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> entries_of(const procfile& file) {
  std::vector<std::string> texts;
  for (const auto& entry : file.entries) texts.push_back(entry.name + "=" + entry.command);
  return texts;
}

std::vector<std::string> faults_of(std::string_view text) {
  std::vector<std::string> texts;
  for (const auto& fault : parse_procfile(text).faults) texts.push_back(fault_text("Procfile", fault));
  return texts;
}

TEST(Procfile, EachLineIsAProcessInTheOrderOfTheFile) {
  const auto file = parse_procfile("web: serve --port 80\nworker-1: work\nA_b: x\n");
  EXPECT_THAT(entries_of(file), ElementsAre("web=serve --port 80", "worker-1=work", "A_b=x"));
  EXPECT_THAT(file.faults, IsEmpty());
}

TEST(Procfile, CommentsAndBlankLinesAreSkipped) {
  const auto file = parse_procfile("# all of it\n\n  \t \nweb: serve\n   # indented\n");
  EXPECT_THAT(entries_of(file), ElementsAre("web=serve"));
  EXPECT_THAT(file.faults, IsEmpty());
}

TEST(Procfile, ACommandKeepsItsColonsQuotesAndHashes) {
  const auto file = parse_procfile("web: echo \"a: b\" # c\n");
  EXPECT_THAT(entries_of(file), ElementsAre("web=echo \"a: b\" # c"));
}

TEST(Procfile, BlanksAroundNameAndCommandDoNotBelongToThem) {
  EXPECT_THAT(entries_of(parse_procfile("  web:\tserve  \nlog:tail\n")), ElementsAre("web=serve", "log=tail"));
}

TEST(Procfile, LinesMayEndAsOnWindowsAndTheLastOneInNothing) {
  const auto file = parse_procfile("web: serve\r\n\r\n# note\r\nlog: tail");
  EXPECT_THAT(entries_of(file), ElementsAre("web=serve", "log=tail"));
  EXPECT_THAT(file.faults, IsEmpty());
}

TEST(Procfile, AByteOrderMarkIsNoPartOfTheFirstName) {
  EXPECT_THAT(entries_of(parse_procfile("\xEF\xBB\xBFweb: serve\n")), ElementsAre("web=serve"));
}

TEST(Procfile, BytesThatAreNotUtf8ReachTheShell) {
  EXPECT_THAT(entries_of(parse_procfile("web: echo \xff\xfe\n")), ElementsAre("web=echo \xff\xfe"));
}

TEST(Procfile, EveryFaultIsReportedWithItsLine) {
  EXPECT_THAT(faults_of("web serve\n"
                        ": serve\n"
                        "ok: fine\n"
                        "a b: serve\n"
                        "w\xc3\xa4: serve\n"
                        "web.1: serve\n"
                        "empty:   \n"
                        "ok: again\n"
                        "quiesce: me\n"),
              ElementsAre("Procfile:1: no colon; expected `name: command`", "Procfile:2: no name before the colon",
                          "Procfile:4: a blank in the name; a name consists of letters, digits, - and _",
                          "Procfile:5: the byte 0xc3 in the name; a name consists of letters, digits, - and _",
                          "Procfile:6: '.' in the name; a name consists of letters, digits, - and _",
                          "Procfile:7: no command for \"empty\"", "Procfile:8: the name \"ok\" is taken by line 3",
                          "Procfile:9: the name \"quiesce\" is kept for what this program says itself"));
}

TEST(Procfile, ANameWithoutCommandIsTakenAllTheSame) {
  EXPECT_THAT(faults_of("web:\nweb: serve\n"),
              ElementsAre("Procfile:1: no command for \"web\"", "Procfile:2: the name \"web\" is taken by line 1"));
}

TEST(Procfile, ANulByteIsAFaultAlsoInAComment) {
  EXPECT_THAT(faults_of(std::string_view{"web: a\0b\n# \0\n", 13}),
              ElementsAre("Procfile:1: contains a NUL byte", "Procfile:2: contains a NUL byte"));
}

TEST(Procfile, AFileWithoutAnyProcessIsAFault) {
  EXPECT_THAT(faults_of(""), ElementsAre("Procfile: no process in it; expected lines `name: command`"));
  EXPECT_THAT(faults_of("# nothing\n\n"), ElementsAre("Procfile: no process in it; expected lines `name: command`"));
}

}  // namespace
}  // namespace quiesce_tool
