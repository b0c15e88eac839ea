#include "quiesce/event_word.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using word = quiesce::event_word;
using object = quiesce::object_word;
using step = word::step;

// All words that an event can have: two values, four flags, without the combinations that the word file excludes.
std::vector<std::uint64_t> all_words() {
  std::vector<std::uint64_t> words;
  for (std::uint64_t flags = 0; flags < 16; ++flags) {
    for (const std::uint64_t value : {word::unsignalled, word::signalled}) {
      const bool locked = (flags & object::locked) != 0;
      if (!locked && (flags & object::contended) != 0) continue;
      const bool served = (flags & object::waiting) != 0 && (flags & object::enrolled) == 0;
      if (!locked && served && value == word::signalled) continue;
      words.push_back(flags | value);
    }
  }
  return words;
}

bool is_possible(std::uint64_t next) {
  for (const std::uint64_t known : all_words()) {
    if (known == next) return true;
  }
  return false;
}

TEST(EventWord, AFastTransitionLeavesAWordWithAnObjectsFlagAsItIs) {
  for (const std::uint64_t seen : all_words()) {
    if (object::is_plain(seen)) continue;
    EXPECT_EQ(word::on_set(seen).next, seen);
    EXPECT_EQ(word::on_reset(seen).next, seen);
  }
}

TEST(EventWord, SetStoresOrMergesOnAPlainWordAndIsSlowOtherwise) {
  for (const std::uint64_t seen : all_words()) {
    const word::move move = word::on_set(seen);
    EXPECT_TRUE(is_possible(move.next)) << seen;
    if (!object::is_plain(seen)) {
      EXPECT_EQ(move.outcome, step::slow) << "a waiter, a lock or a wait for all has to be looked at: " << seen;
    } else {
      EXPECT_EQ(move.next, word::signalled);
      EXPECT_EQ(move.outcome, seen == word::signalled ? step::merged : step::stored);
    }
  }
}

TEST(EventWord, ResetLeavesNoSignalBehind) {
  for (const std::uint64_t seen : all_words()) {
    const word::move move = word::on_reset(seen);
    EXPECT_TRUE(is_possible(move.next)) << seen;
    if (move.outcome == step::done) {
      EXPECT_FALSE(word::is_signalled(move.next)) << seen;
    } else {
      EXPECT_EQ(move.outcome, step::slow);
      EXPECT_NE(seen & (object::locked | object::enrolled), 0u)
          << "slow only where another thread is at work: " << seen;
    }
  }
}

TEST(EventWord, ATakeTakesTheSignalOfAnAutoResetEventAndNotOfAManualOne) {
  for (const std::uint64_t seen : all_words()) {
    if (!word::is_signalled(seen)) continue;
    EXPECT_EQ(word::after_take(seen, word::reset::automatic), seen & ~word::signalled);
    EXPECT_EQ(word::after_take(seen, word::reset::manual), seen);
  }
}

TEST(EventWord, TheHolderOfTheLockStoresOrRemovesTheSignalAndNothingElse) {
  for (const std::uint64_t seen : all_words()) {
    EXPECT_EQ(word::with_signal(seen, true), seen | word::signalled);
    EXPECT_EQ(word::with_signal(seen, false), seen & ~word::signalled);
  }
}

}  // namespace
