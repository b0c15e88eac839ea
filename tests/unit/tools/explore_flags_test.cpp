#include "explore_flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quiesce_tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

TEST(ExploreFlags, TheProgramIsCompiledForTheSanitizerAndLinkedWithoutIt) {
  EXPECT_EQ(explore_compile_flags("-fsanitize=thread -g", "/opt/include"), "-fsanitize=thread -g -I/opt/include");
  EXPECT_THAT(explore_link_flags("/opt/lib/libquiesce_explore.a"),
              Optional(AllOf(HasSubstr("--whole-archive /opt/lib/libquiesce_explore.a -Wl,--no-whole-archive "),
                             Not(HasSubstr("sanitize")))));
}

TEST(ExploreFlags, ANameThatAShellWouldTearApartIsRefused) {
  for (const char* path : {"/my library", "/a\tb", "/a\nb", "/what?", "/all*", "/[a]", "/a\\b"}) {
    EXPECT_EQ(explore_compile_flags("-g", path), std::nullopt) << path;
    EXPECT_EQ(explore_link_flags(path), std::nullopt) << path;
  }
  EXPECT_NE(explore_link_flags("/plain/path-1_2.3+~$x'\"/lib.a"), std::nullopt);
}

}  // namespace
}  // namespace quiesce_tool
