#include "quiesce/object_word.hpp"

#include <gtest/gtest.h>

namespace {

using word = quiesce::object_word;
constexpr std::uint64_t values[] = {0, 1, 2, (std::uint64_t{1} << 56) - 1};

bool is_possible(std::uint64_t seen) { return (seen & word::contended) == 0 || (seen & word::locked) != 0; }

template <class Check>
void for_all_words(Check check) {
  for (const std::uint64_t value : values) {
    for (std::uint64_t flags = 0; flags < 32; ++flags) {
      const std::uint64_t seen = word::with_value(flags, value);
      if (is_possible(seen)) check(seen);
    }
  }
}

TEST(ObjectWord, LockingAFreeWordKeepsItsStateAndOnlyAddsTheLock) {
  for_all_words([](std::uint64_t seen) {
    if ((seen & word::locked) != 0) return;
    for (const bool slept : {false, true}) {
      const word::lock_move move = word::on_lock(seen, slept);
      EXPECT_EQ(move.step, word::lock_step::acquired);
      EXPECT_EQ(move.next & ~(word::locked | word::contended), seen);
      EXPECT_NE(move.next & word::locked, 0u);
      EXPECT_EQ((move.next & word::contended) != 0, slept) << "who has slept may leave others asleep (I3)";
      EXPECT_TRUE(is_possible(move.next));
    }
  });
}

TEST(ObjectWord, LockingAHeldWordOnlyAnnouncesASleeper) {
  for_all_words([](std::uint64_t seen) {
    if ((seen & word::locked) == 0) return;
    for (const bool slept : {false, true}) {
      const word::lock_move move = word::on_lock(seen, slept);
      EXPECT_EQ(move.step, word::lock_step::held);
      EXPECT_EQ(move.next, seen | word::contended) << "I2: nothing else changes under the holder";
    }
  });
}

TEST(ObjectWord, UnlockingPublishesTheValueAndWhetherTheQueueIsEmptyAndTheObjectEnrolled) {
  for_all_words([](std::uint64_t seen) {
    if ((seen & word::locked) == 0) return;
    for (const bool waiters : {false, true}) {
      for (const bool enrolled : {false, true}) {
        const std::uint64_t next = word::on_unlock(seen, waiters, enrolled);
        EXPECT_EQ(next & (word::locked | word::contended), 0u);
        EXPECT_EQ((next & word::waiting) != 0, waiters) << "I1";
        EXPECT_EQ((next & word::enrolled) != 0, enrolled) << "I4";
        EXPECT_EQ(next & word::abandoned, seen & word::abandoned);
        EXPECT_EQ(word::value(next), word::value(seen));
      }
    }
  });
}

TEST(ObjectWord, PlainMeansNoFlagAtAll) {
  for_all_words([](std::uint64_t seen) { EXPECT_EQ(word::is_plain(seen), (seen & 0xff) == 0); });
}

}  // namespace
