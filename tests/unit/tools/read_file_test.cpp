#include "read_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace quiesce_tool {
namespace {

TEST(ReadFile, AFileIsReadToItsEndThoughItsSizeIsNotKnownBefore) {
  const auto text = read_file("/proc/self/maps");
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->ends_with('\n'));
}

TEST(ReadFile, AFileThatIsMissingOrFailsHalfWayIsNothing) {
  EXPECT_FALSE(read_file("/nonexistent"));
  EXPECT_EQ(errno, ENOENT);
  EXPECT_FALSE(read_file("/"));
  EXPECT_EQ(errno, EISDIR);
  EXPECT_FALSE(read_file("/proc/self/mem")) << "nothing is mapped at its beginning";
}

}  // namespace
}  // namespace quiesce_tool
