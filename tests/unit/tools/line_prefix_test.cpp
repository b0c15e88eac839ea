#include "line_prefix.hpp"

#include <gtest/gtest.h>

#include <array>

namespace quiesce_tool {
namespace {

const std::array<std::string, 2> names = {"web", "background-work"};
const std::array<std::string, 2> short_names = {"web", "w"};

TEST(LinePrefix, PadsTheNamesToOneWidth) {
  const line_prefix prefix{names, false};
  EXPECT_EQ(prefix.line_of(0, {"hello", false}), "web             | hello\n");
  EXPECT_EQ(prefix.line_of(1, {"", false}), "background-work | \n");
  EXPECT_EQ(prefix.own_line("started"), "quiesce         | started\n");
}

TEST(LinePrefix, MakesRoomForItsOwnName) {
  const line_prefix prefix{short_names, false};
  EXPECT_EQ(prefix.line_of(1, {"x", false}), "w       | x\n");
  EXPECT_EQ(prefix.own_line("x"), "quiesce | x\n");
}

TEST(LinePrefix, MarksThePiecesThatContinueALine) {
  const line_prefix prefix{short_names, false};
  EXPECT_EQ(prefix.line_of(0, {"rest", true}), "web     + rest\n");
}

TEST(LinePrefix, ColoursTheNameAndNotTheLine) {
  const line_prefix prefix{short_names, true};
  EXPECT_EQ(prefix.line_of(0, {"hello", false}), "\x1b[36mweb     |\x1b[0m hello\n");
  EXPECT_NE(prefix.line_of(0, {"", false}), prefix.line_of(1, {"", false}));
}

TEST(LinePrefix, ALineThatLeavesAColourOnDoesNotPaintTheNextOne) {
  const line_prefix prefix{short_names, true};
  EXPECT_EQ(prefix.line_of(0, {"\x1b[31mbad", false}), "\x1b[36mweb     |\x1b[0m \x1b[31mbad\x1b[0m\n");
}

}  // namespace
}  // namespace quiesce_tool
