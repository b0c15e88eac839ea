#include "os/signal_marks_word.hpp"

#include <gtest/gtest.h>

namespace {

using quiesce::os::signal_marks;
using word = quiesce::os::signal_marks_word;

TEST(SignalMarksWord, EverySignalHasABitOfItsOwn) {
  std::uint64_t all = word::none;
  for (int number = 1; number <= word::largest; ++number) {
    EXPECT_FALSE(signal_marks(all).contains(number)) << number;
    all = word::on_arrive(all, number);
    EXPECT_TRUE(signal_marks(all).contains(number)) << number;
    EXPECT_EQ(word::on_arrive(all, number), all) << number;
  }
  EXPECT_EQ(all, ~std::uint64_t{0});
}

TEST(SignalMarksWord, ArrivalsKeepAllOthersAndTakingKeepsNone) {
  for (int first = 1; first <= word::largest; ++first) {
    for (int second = 1; second <= word::largest; ++second) {
      const std::uint64_t both = word::on_arrive(word::on_arrive(word::none, first), second);
      EXPECT_TRUE(signal_marks(both).contains(first) && signal_marks(both).contains(second));
      EXPECT_EQ(word::on_take(both), word::none);
      EXPECT_EQ(word::on_forget(both, first), first == second ? word::none : word::bit(second));
    }
  }
}

TEST(SignalMarksWord, NumbersOutsideAreInNoSet) {
  for (const int number : {-1, 0, 65, 1000}) {
    EXPECT_FALSE(word::is_valid(number));
    EXPECT_FALSE(signal_marks(~std::uint64_t{0}).contains(number));
  }
  EXPECT_FALSE(signal_marks().any());
}

}  // namespace
