#include "event_log.hpp"

#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

TEST(EventLog, ALineIsAJsonObjectThatBeginsWithTimeAndEvent) {
  EXPECT_EQ(event_line(12ms, "exited", {{"process", "web"}, {"pid", 812}, {"told", true}}),
            "{\"ms\":12,\"event\":\"exited\",\"process\":\"web\",\"pid\":812,\"told\":true}\n");
}

TEST(EventLog, ALineStaysOneLineWhateverAPathHolds) {
  EXPECT_EQ(event_line(0ms, "file-changed", {{"path", "a\nb\"c"}}),
            "{\"ms\":0,\"event\":\"file-changed\",\"path\":\"a\\nb\\\"c\"}\n");
}

TEST(EventLog, WhatIsNotUtf8IsReplaced) {
  EXPECT_EQ(event_line(0ms, "orphan-found", {{"command", std::string{"a\xff"}}}),
            "{\"ms\":0,\"event\":\"orphan-found\",\"command\":\"a\xef\xbf\xbd\"}\n");
}

}  // namespace
}  // namespace quiesce_tool
