#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

// Both take over the same things: under a sanitizer there is no valgrind.
TEST(BuildOptions, AProgramRunsUnderValgrindWithoutAnErrorOrALeak_J5) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer is on";
#else
  const std::string command = std::string("exec valgrind --quiet --error-exitcode=9 --leak-check=full ") +
                              "--errors-for-leak-kinds=definite --trace-children=no " + QUIESCE_VALGRIND_PROGRAM;
  EXPECT_EQ(std::system(command.c_str()), 0);
#endif
}

}  // namespace
