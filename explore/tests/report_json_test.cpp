// The report as JSON, and the page that holds it.
#include "report_json.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "json.hpp"
#include "page.hpp"
#include "recording.hpp"

namespace {

using explore::json_of;
using explore::json_string;
using explore::op;
using explore::report;
using explore::verdict;
using namespace recorded;

report failed(verdict kind) {
  report found;
  found.kind = kind;
  found.schedule = "q1.queue.abc";
  found.deviations = 1;
  found.found_deviations = 17;
  return found;
}

std::string json_of_trace(const recording& made) {
  return json_of(failed(verdict::data_race), "queue", made.trace.get());
}

// What stands between the element's tags, with the page's own escapes undone.
std::string json_in(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"report\">";
  const std::size_t from = page.find(begin) + begin.size();
  std::string json = page.substr(from, page.find("</script>", from) - from);
  for (std::size_t at = json.find("\\u003c"); at != std::string::npos; at = json.find("\\u003c", at)) {
    json.replace(at, 6, "<");
  }
  return json;
}

}  // namespace

TEST(Json, StringsAreEscaped) {
  EXPECT_EQ(json_string("a\"b\\c\n\t\x01"), "\"a\\\"b\\\\c\\n\\t\\u0001\"");
  EXPECT_EQ(json_string("größer → 𝄞"), "\"größer → 𝄞\"");
  EXPECT_EQ(json_string(""), "\"\"");
}

TEST(Json, BytesThatAreNoTextAreReplaced) {
  const std::string replaced = "\xef\xbf\xbd";
  for (const char* bad : {"\xff", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"}) {
    const std::string text = json_string(std::string("a") + bad + "b");
    EXPECT_TRUE(text.starts_with("\"a" + replaced) && text.ends_with("b\"")) << text;
    EXPECT_FALSE(contains(text, bad));
  }
}

TEST(Json, ValuesAreSeparated) {
  explore::json_writer to;
  to.begin_object();
  to.number("a", 1);
  to.key("b");
  to.begin_array();
  to.text("x");
  to.nothing();
  to.begin_object();
  to.end_object();
  to.truth(true);
  to.end_array();
  to.truth("c", false);
  to.end_object();
  EXPECT_EQ(to.written(), R"({"a":1,"b":["x",null,{},true],"c":false})");
}

TEST(ReportJson, AStepHasAllThatTheTableShows) {
  recording made;
  made.step(0, op::store, address_of(lost_updates)).after = 4;
  explore::traced_event& load = made.step(1, op::load, address_of(lost_updates));
  load.before = 4;
  load.order = 2;
  load.deviation = true;
  const std::string json = json_of_trace(made);
  EXPECT_TRUE(contains(json,
                       R"json("operation":"store","object":"lost_updates","text":"lost_updates.store(4)",)json"
                       R"json("order":"seq_cst","written":"4","outcome":"done","deviation":false,"stale":false)json"))
      << json;
  EXPECT_TRUE(contains(json, R"json({"step":2,"thread":1,"operation":"load")json")) << json;
  EXPECT_TRUE(contains(json, R"json("order":"acquire","read":"4","outcome":"done","deviation":true,"stale":false,)json"
                             R"json("answers_to":1)json"))
      << json;
}

TEST(ReportJson, EachOperationHasAName) {
  recording made;
  made.step(0, op::choose, 0).after = 2;
  made.step(1, op::heap_allocate, 0);
  made.step(1, op::operation_end, 0);
  const std::string json = json_of_trace(made);
  EXPECT_TRUE(contains(json, R"("operation":"choose")")) << json;
  EXPECT_TRUE(contains(json, R"("operation":"heap_allocate")")) << json;
  EXPECT_TRUE(contains(json, R"("operation":"operation_end")")) << json;
  EXPECT_FALSE(contains(json, R"("operation":"unknown")")) << json;
}

TEST(ReportJson, AStaleLoadHasBothValues) {
  recording made;
  explore::traced_event& load = made.step(1, op::load, address_of(lost_updates));
  load.is_stale = true;
  load.after = 3;
  EXPECT_TRUE(contains(json_of_trace(made),
                       R"json("read":"0","newest":"3","outcome":"done","deviation":false,"stale":true)json"));
}

TEST(ReportJson, CountsVerdictAndShrinkingAreIn) {
  const std::string json = json_of(failed(verdict::lost_wake_up), "queue", nullptr);
  EXPECT_TRUE(
      json.starts_with(R"json({"format":1,"program":"queue","title":"lost wake-up","verdict":"lost_wake_up")json"))
      << json;
  EXPECT_TRUE(contains(json, R"json("deviations":1,"found_deviations":17)json"));
  EXPECT_FALSE(contains(json, "\"events\"")) << "there is no trace";
}

TEST(ReportJson, AccessesCarryTheirStacksAndSources) {
  recording made;
  made.accesses(op::plain_write, op::plain_read, address_of(shared_total));
  const std::string json = json_of_trace(made);
  EXPECT_TRUE(contains(json, R"json("accesses":[{"thread":1,"text":"writes 4 bytes of shared_total")json")) << json;
  if (std::system("addr2line --version > /dev/null 2>&1") != 0) return;
  EXPECT_TRUE(contains(json, "recorded::writer_of_total()")) << json;
}

TEST(ReportJson, AnyTraceIsTaken) {
  recording made;
  for (unsigned kind = 0; kind <= 255; ++kind) {
    explore::traced_event& event = made.step(kind % 40, static_cast<op>(kind), heap);
    event.how = static_cast<explore::outcome>(kind % 7);
    event.order = static_cast<std::uint8_t>(kind);
    event.stack.depth = 0xffff'ffff;
  }
  std::memset(made.trace->message, 'x', sizeof made.trace->message);
  made.trace->accesses = 99;
  made.trace->events_seen = 0xffff'ffff;
  made.trace->blocks_seen = 0xffff'ffff;
  EXPECT_TRUE(json_of_trace(made).ends_with("}\n"));
}

TEST(Page, HoldsTheReportIntactWhateverStandsInIt) {
  recording made;
  std::strcpy(made.trace->message, "</script><script>alert(1)</script><!-- \" \\ \xff & REPORT_JSON");
  const std::string json = json_of_trace(made);
  ASSERT_TRUE(contains(json, "</script>"));
  const std::string page = explore::page_with(json);
  EXPECT_EQ(json_in(page), json);
  std::size_t elements = 0;
  for (std::size_t at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1)) ++elements;
  EXPECT_EQ(elements, 2u) << "the report's and the page's own";
  EXPECT_FALSE(contains(page, "<!--"));
}

TEST(Page, AsksForNoOtherFile) {
  const std::string page(explore::empty_page);
  for (const char* part : {"src=", "href=", "url(", "@import", "fetch(", "https:"})
    EXPECT_FALSE(contains(page, part)) << part;
  EXPECT_TRUE(contains(page, "default-src 'none'"));
}
