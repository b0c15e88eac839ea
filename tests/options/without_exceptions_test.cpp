#include <gtest/gtest.h>

#include "options/usual_program.hpp"

#ifdef __EXCEPTIONS
#error "this is to be built with -fno-exceptions"
#endif

namespace {

// stdexec#1556: programs that are built so could not use the library at all.
TEST(BuildOptions, AProgramWithoutExceptionsUsesTheLibrary_J5) { EXPECT_TRUE(options::usual_program(true)); }

}  // namespace
