#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

TEST(BuildOptions, AProgramRunsUnderValgrindWithoutAnErrorOrALeak_J5) {
  const std::string command = std::string("exec valgrind --quiet --error-exitcode=9 --leak-check=full ") +
                              "--errors-for-leak-kinds=definite --trace-children=no " + QUIESCE_VALGRIND_PROGRAM;
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
