#include "run_report.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "file_descriptor.hpp"
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

class RunReportBehindALink : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "real");
    std::filesystem::create_directory(folder_ / "links");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::ptrdiff_t entries(const std::filesystem::path& folder) {
    return std::distance(std::filesystem::directory_iterator{folder}, {});
  }

  const std::filesystem::path folder_ = ::testing::TempDir() + "quiesce_report_link_" + std::to_string(::getpid());
  const std::filesystem::path link_ = folder_ / "links" / "out.html";
  const std::filesystem::path page_ = folder_ / "real" / "page.html";
};

TEST_F(RunReportBehindALink, IsWhatTheLinkPointsToAndTheLinkStays) {
  std::filesystem::create_symlink("../real/page.html", link_);
  auto report = report_to(link_.string());
  EXPECT_FALSE(report.write(false)) << "though there is no page yet";
  report.take("{\"ms\":7}");
  EXPECT_FALSE(report.write(true));
  EXPECT_TRUE(std::filesystem::is_symlink(link_));
  EXPECT_EQ(embedded_in(read_file(page_).value()).at("events").at(0).at("ms"), 7);
  EXPECT_EQ(entries(folder_ / "real"), 1);
  EXPECT_EQ(entries(folder_ / "links"), 1);
}

TEST_F(RunReportBehindALink, IsReplacedAndNotWrittenOver) {
  std::filesystem::create_symlink(page_, link_);
  std::ofstream{page_} << "old";
  std::ifstream reader{page_};
  EXPECT_FALSE(report_to(link_.string()).write(true));
  std::string old;
  EXPECT_TRUE(reader >> old);
  EXPECT_EQ(old, "old") << "whoever reads the old page reads all of it";
}

TEST_F(RunReportBehindALink, FollowsALinkToALink) {
  std::filesystem::create_symlink("other.html", link_);
  std::filesystem::create_symlink("../real/page.html", folder_ / "links" / "other.html");
  EXPECT_FALSE(report_to(link_.string()).write(true));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "links" / "other.html"));
  EXPECT_TRUE(std::filesystem::is_regular_file(page_));
}

TEST_F(RunReportBehindALink, ACircleOfLinksIsAnErrorAndStays) {
  std::filesystem::create_symlink("out.html", link_);
  EXPECT_EQ(report_to(link_.string()).write(true), std::errc::too_many_symbolic_link_levels);
  EXPECT_TRUE(std::filesystem::is_symlink(link_));
}

TEST_F(RunReportBehindALink, APipeIsWrittenToAndNotReplaced) {
  ASSERT_EQ(::mkfifo(page_.c_str(), 0600), 0);
  std::filesystem::create_symlink(page_, link_);
  EXPECT_EQ(report_to(link_.string()).write(true), std::errc::no_such_device_or_address) << "nobody reads from it";
  EXPECT_TRUE(std::filesystem::is_fifo(page_));
  EXPECT_EQ(entries(folder_ / "real"), 1);
}

TEST_F(RunReportBehindALink, APipeWithoutANameIsWrittenTo) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const file_descriptor reader{ends[0]};
  file_descriptor writer{ends[1]};
  // As in `--report /dev/stdout`.
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(writer.number()), link_);
  EXPECT_FALSE(report_to(link_.string()).write(true));
  writer.close();
  std::string page;
  std::array<char, 4096> buffer;
  for (ssize_t count = 0; (count = ::read(reader.number(), buffer.data(), buffer.size())) > 0;) {
    page.append(buffer.data(), static_cast<std::size_t>(count));
  }
  EXPECT_EQ(page, report_to("unused").page(true));
  EXPECT_EQ(entries(folder_ / "links"), 1);
}

TEST_F(RunReportBehindALink, AWriteThatFailsLeavesTheOldPageAndNothingBeside) {
  std::filesystem::create_symlink(page_, link_);
  std::ofstream{page_} << "old";
  // The first bytes of the page are taken, and no more, as by a disk that becomes full.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
  const rlimit little{1000, usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto error = report_to(link_.string()).write(true);
  ::setrlimit(RLIMIT_FSIZE, &usual);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(error, std::errc::file_too_large);
  EXPECT_EQ(read_file(page_).value(), "old");
  EXPECT_EQ(entries(folder_ / "real"), 1);
}

TEST(RunReport, AFileThatCannotBeWrittenIsAnError) {
  EXPECT_EQ(report_to("/no/such/folder/out.html").write(true), std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace quiesce_tool
