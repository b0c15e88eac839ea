#include <gtest/gtest.h>

#include "options/usual_program.hpp"

#ifdef __GXX_RTTI
#error "this is to be built with -fno-rtti"
#endif

namespace {

TEST(BuildOptions, AProgramWithoutRunTimeTypesUsesTheLibrary_J5) { EXPECT_TRUE(options::usual_program(true)); }

}  // namespace
