#include "handle/semaphore_word.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

using word = quiesce::semaphore_word;
using object = quiesce::object_word;
using step = word::step;

constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t maxima[] = {1, 2, 5, largest - 1, largest};

// Small counts one by one, and those around the maximum: nothing in between is different.
template <class Check>
void for_counts_up_to(std::uint64_t limit, Check check) {
  for (std::uint64_t count = 0; count <= limit && count <= 6; ++count) check(count);
  for (std::uint64_t below = 3; below-- != 0;) {
    if (limit > 6 + below) check(limit - below);
  }
}

// All words that a semaphore with that maximum can have, without the combinations that the word files exclude.
template <class Check>
void for_all_words(std::uint64_t maximum, Check check) {
  for_counts_up_to(maximum, [&](std::uint64_t count) {
    for (std::uint64_t flags = 0; flags < 16; ++flags) {
      const bool locked = (flags & object::locked) != 0;
      if (!locked && (flags & object::contended) != 0) continue;
      const bool served = (flags & object::waiting) != 0 && (flags & object::enrolled) == 0;
      if (!locked && served && count != 0) continue;
      check(object::with_value(flags, count));
    }
  });
}

template <class Check>
void for_all_releases(Check check) {
  for (const std::uint64_t maximum : maxima) {
    for_all_words(maximum, [&](std::uint64_t seen) {
      for_counts_up_to(largest, [&](std::uint64_t n) { check(seen, n, maximum); });
    });
  }
}

bool is_small_enough(std::uint64_t count, std::uint64_t n, std::uint64_t maximum) {
  return count + n <= maximum;  // 64 bits: no sum of two counts wraps
}

TEST(SemaphoreWord, AReleaseAddsToTheCountOrChangesNothing_A6) {
  for_all_releases([](std::uint64_t held, std::uint64_t n, std::uint64_t maximum) {
    const word::move move = word::on_release_locked(held, n, maximum);
    EXPECT_LE(word::count(move.next), maximum) << "I2";
    EXPECT_EQ(move.next & object::flags, held & object::flags);
    if (is_small_enough(word::count(held), n, maximum)) {
      EXPECT_EQ(move.outcome, step::released);
      EXPECT_EQ(word::count(move.next) - word::count(held), n) << "I2: no release is lost";
    } else {
      EXPECT_EQ(move.outcome, step::full);
      EXPECT_EQ(move.next, held);
    }
  });
}

TEST(SemaphoreWord, AFastReleaseLeavesAWordWithAFlagAsItIs) {
  for_all_releases([](std::uint64_t seen, std::uint64_t n, std::uint64_t maximum) {
    const word::move move = word::on_release(seen, n, maximum);
    if (object::is_plain(seen)) {
      EXPECT_NE(move.outcome, step::slow) << "nobody is to be looked at";
      EXPECT_TRUE(object::is_plain(move.next));
    } else {
      EXPECT_EQ(move.outcome, step::slow);
      EXPECT_EQ(move.next, seen) << "I3";
    }
  });
}

TEST(SemaphoreWord, ATakeCountsOneLessAndOnlyWhereThereIsOne) {
  for (const std::uint64_t maximum : maxima) {
    for_all_words(maximum, [](std::uint64_t seen) {
      EXPECT_EQ(word::is_available(seen), word::count(seen) >= 1) << seen;
      if (!word::is_available(seen)) return;
      const std::uint64_t next = word::after_take(seen);
      EXPECT_EQ(word::count(seen) - word::count(next), 1u) << seen;
      EXPECT_EQ(next & object::flags, seen & object::flags) << seen;
    });
  }
}

TEST(SemaphoreWord, WhatWasReleasedCanBeTakenThatOften) {
  for_all_releases([](std::uint64_t held, std::uint64_t n, std::uint64_t maximum) {
    const word::move move = word::on_release_locked(held, n, maximum);
    if (move.outcome != step::released || n > 6) return;
    std::uint64_t left = move.next;
    for (std::uint64_t turn = 0; turn < n; ++turn) {
      ASSERT_TRUE(word::is_available(left));
      left = word::after_take(left);
    }
    EXPECT_EQ(left, held);
  });
}

}  // namespace
