#include "run_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "read_file.hpp"

namespace quiesce_tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view opening = "<script type=\"application/json\" id=\"report\">";

nlohmann::json embedded_in(const std::string& page) {
  const auto begin = page.find(opening) + opening.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

run_report report_to(const std::string& file) { return {file, {"app/Procfile", {}}}; }

TEST(RunReport, HoldsTheRunAsJson) {
  auto report = report_to("unused");
  report.add_processes({{.name = "web", .command = "serve", .needs = {"db"}}, {.name = "db", .command = "store"}});
  report.take("{\"ms\":1,\"event\":\"started\"}\n");
  report.take("{\"ms\":2,\"event\":\"finished\"}\n");
  const auto json = embedded_in(report.page(true));
  EXPECT_EQ(json.at("procfile"), "app/Procfile");
  EXPECT_EQ(json.at("begun"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(json.at("finished"), true);
  EXPECT_EQ(json.at("processes").at(0).at("needs"), nlohmann::json({"db"}));
  EXPECT_EQ(json.at("processes").at(1).at("name"), "db");
  EXPECT_EQ(json.at("events").size(), 2U);
  EXPECT_EQ(json.at("events").at(1).at("event"), "finished");
}

TEST(RunReport, NothingInItCanEndTheScriptOrBeginAnother) {
  auto report = report_to("unused");
  const std::string evil = "</script><script>alert(1)</script><!--";
  report.add_processes({{.name = "web", .command = evil}});
  report.take(nlohmann::json{{"ms", 0}, {"event", "exited"}, {"path", evil}}.dump());
  const std::string page = report.page(true);
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  const auto json = embedded_in(page);
  EXPECT_EQ(json.at("processes").at(0).at("command"), evil) << "and it is shown as it was";
  EXPECT_EQ(json.at("events").at(0).at("path"), evil);
}

TEST(RunReport, NeedsNothingFromAnywhere) {
  const std::string page = report_to("unused").page(true);
  for (const char* text : {"src=", "href=", "@import", "url(", "fetch(", "https://"}) {
    EXPECT_THAT(page, Not(HasSubstr(text)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(RunReport, ALongRunLosesItsOldestEventsAndSaysHowMany) {
  auto report = report_to("unused");
  for (int i = 0; i < 50'002; ++i) report.take("{\"ms\":" + std::to_string(i) + "}");
  const auto json = embedded_in(report.page(false));
  EXPECT_EQ(json.at("dropped"), 2);
  EXPECT_EQ(json.at("events").at(0).at("ms"), 2);
  EXPECT_EQ(json.at("events").size(), 50'000U);
}

TEST(RunReport, BytesThatAreNotUtf8AreReplaced) {
  auto report = report_to("unused");
  report.add_processes({{.name = "web", .command = "echo \xff"}});
  EXPECT_EQ(embedded_in(report.page(true)).at("processes").at(0).at("command"), "echo \xef\xbf\xbd");
}

TEST(RunReport, IsReplacedAsAWholeAndLeavesNothingBeside) {
  const std::filesystem::path folder = ::testing::TempDir() + "quiesce_report_" + std::to_string(::getpid());
  std::filesystem::create_directory(folder);
  auto report = report_to((folder / "out.html").string());
  EXPECT_FALSE(report.write(false));
  report.take("{\"ms\":7}");
  EXPECT_FALSE(report.write(true));
  EXPECT_EQ(embedded_in(read_file(folder / "out.html").value()).at("events").at(0).at("ms"), 7);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder}, {}), 1);
  std::filesystem::remove_all(folder);
}

TEST(RunReport, AFileThatCannotBeWrittenIsAnError) {
  EXPECT_EQ(report_to("/no/such/folder/out.html").write(true), std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace quiesce_tool
