#include "line_prefix.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace quiesce_tool {
namespace {

line_prefix prefix_for(std::initializer_list<const char*> names, bool coloured) {
  line_prefix prefix{coloured};
  for (const char* name : names) prefix.add(name);
  return prefix;
}

TEST(LinePrefix, PadsTheNamesToOneWidth) {
  const auto prefix = prefix_for({"web", "background-work"}, false);
  EXPECT_EQ(prefix.line_of(0, {"hello", false}), "web             | hello\n");
  EXPECT_EQ(prefix.line_of(1, {"", false}), "background-work | \n");
  EXPECT_EQ(prefix.own_line("started"), "quiesce         | started\n");
}

TEST(LinePrefix, MakesRoomForItsOwnName) {
  const auto prefix = prefix_for({"web", "w"}, false);
  EXPECT_EQ(prefix.line_of(1, {"x", false}), "w       | x\n");
  EXPECT_EQ(prefix.own_line("x"), "quiesce | x\n");
}

TEST(LinePrefix, MakesRoomForANameThatComesLater) {
  auto prefix = prefix_for({"web"}, false);
  EXPECT_EQ(prefix.line_of(0, {"x", false}), "web     | x\n");
  prefix.add("background-work");
  EXPECT_EQ(prefix.line_of(0, {"x", false}), "web             | x\n");
}

TEST(LinePrefix, MarksThePiecesThatContinueALine) {
  const auto prefix = prefix_for({"web", "w"}, false);
  EXPECT_EQ(prefix.line_of(0, {"rest", true}), "web     + rest\n");
}

TEST(LinePrefix, ColoursTheNameAndNotTheLine) {
  const auto prefix = prefix_for({"web", "w"}, true);
  EXPECT_EQ(prefix.line_of(0, {"hello", false}), "\x1b[36mweb     |\x1b[0m hello\n");
  EXPECT_NE(prefix.line_of(0, {"", false}), prefix.line_of(1, {"", false}));
}

TEST(LinePrefix, ALineThatLeavesAColourOnDoesNotPaintTheNextOne) {
  const auto prefix = prefix_for({"web", "w"}, true);
  EXPECT_EQ(prefix.line_of(0, {"\x1b[31mbad", false}), "\x1b[36mweb     |\x1b[0m \x1b[31mbad\x1b[0m\n");
}

}  // namespace
}  // namespace quiesce_tool
