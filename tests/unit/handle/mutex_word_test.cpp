#include "handle/mutex_word.hpp"

#include <gtest/gtest.h>

namespace {

using word = quiesce::mutex_word;
using object = quiesce::object_word;
using step = word::step;

constexpr std::uint64_t owners[] = {1, 2, 3, word::last_owner - 1, word::last_owner};
constexpr std::uint64_t depths[] = {1, 2, 3, word::deepest - 1, word::deepest};

std::uint64_t owned(std::uint64_t owner, std::uint64_t depth) {
  return (owner << word::owner_shift) | (depth << word::depth_shift);
}

constexpr std::uint64_t held_once = (word::callback << word::owner_shift) | word::one_depth;

bool is_free(std::uint64_t seen) { return (seen & ~object::flags) == 0; }

// Whether the word files allow it, of a word that may be held.
bool is_possible(std::uint64_t seen) {
  const bool locked = (seen & object::locked) != 0;
  if (!locked && (seen & object::contended) != 0) return false;
  if (is_free(seen)) {
    const bool served = (seen & object::waiting) != 0 && (seen & object::enrolled) == 0;
    return locked || !served;
  }
  if (word::owner(seen) == word::callback && (word::depth(seen) != 1 || word::is_orphan(seen))) return false;
  return word::owner(seen) != 0 && word::depth(seen) != 0 && (seen & object::abandoned) == 0;
}

template <class Check>
void for_all_words(Check check) {
  for (std::uint64_t flags = 0; flags < 32; ++flags) {
    if (is_possible(flags)) check(flags);
    if (is_possible(held_once | flags)) check(held_once | flags);
    for (const std::uint64_t owner : owners) {
      for (const std::uint64_t depth : depths) {
        for (const std::uint64_t orphan : {std::uint64_t{0}, word::orphan}) {
          const std::uint64_t seen = owned(owner, depth) | orphan | flags;
          if (is_possible(seen)) check(seen);
        }
      }
    }
  }
}

template <class Check>
void for_all_words_and_threads(Check check) {
  for_all_words([&](std::uint64_t seen) {
    for (const std::uint64_t thread : owners) check(seen, thread);
  });
}

// What the holder of the lock may publish: the same word when he lets go without `abandoned`, which a take clears first.
void expect_possible_when_held(std::uint64_t next, std::uint64_t seen) {
  EXPECT_TRUE(is_possible(next | object::locked)) << std::hex << seen << " became " << next;
}

TEST(MutexWord, TheFieldsOfAWordDoNotMeet) {
  for_all_words([](std::uint64_t seen) {
    const std::uint64_t built =
        owned(word::owner(seen), word::depth(seen)) | word::flags_of(seen) | (word::is_orphan(seen) ? word::orphan : 0);
    EXPECT_EQ(built, seen);
  });
  EXPECT_EQ(word::deepest, 524287u);
}

TEST(MutexWord, WhoTakesItOwnsItOnceMore) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t taker) {
    if (!word::is_available(seen, taker)) return;
    const std::uint64_t next = word::after_take(seen & ~object::abandoned, taker);
    expect_possible_when_held(next, seen);
    EXPECT_EQ(word::owner(next), taker) << "I2";
    EXPECT_EQ(word::depth(next), word::depth(seen) + 1);
    EXPECT_EQ(word::is_orphan(next), word::is_orphan(seen));
    EXPECT_EQ(next & object::flags, seen & object::flags & ~object::abandoned);
  });
}

TEST(MutexWord, IsAvailableToAllWhenFreeAndElseToItsOwnerUntilTheDeepest) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t taker) {
    const bool own = word::owner(seen) == taker;
    const bool expected = is_free(seen) || (own && word::depth(seen) < word::deepest);
    EXPECT_EQ(word::is_available(seen, taker), expected) << std::hex << seen << " for " << taker;
  });
}

TEST(MutexWord, AFastTakeOfAWordWithAFlagOrOfAnotherThreadsMutexChangesNothing) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t taker) {
    const word::move move = word::on_take(seen, taker);
    if (move.outcome == step::taken) {
      EXPECT_TRUE(object::is_plain(seen)) << std::hex << seen;
      EXPECT_TRUE(object::is_plain(move.next)) << std::hex << seen;
      EXPECT_TRUE(word::is_available(seen, taker)) << std::hex << seen;
      EXPECT_EQ(move.next, word::after_take(seen, taker));
    } else {
      EXPECT_EQ(move.next, seen);
    }
  });
}

TEST(MutexWord, AFastTakeSaysWhyItFailed) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t taker) {
    const step outcome = word::on_take(seen, taker).outcome;
    const bool of_another = !is_free(seen) && word::owner(seen) != taker;
    EXPECT_EQ(outcome == step::held, of_another) << "I2: exact, though the lock may be held: " << std::hex << seen;
    const bool deepest = !is_free(seen) && !of_another && word::depth(seen) == word::deepest;
    EXPECT_EQ(outcome == step::too_often, deepest) << std::hex << seen;
    const bool has_flag = !of_another && !deepest && !object::is_plain(seen);
    EXPECT_EQ(outcome == step::slow, has_flag) << std::hex << seen;
  });
}

TEST(MutexWord, OnlyTheOwnerGivesBackAndOnceForEachTake_A6) {
  for_all_words_and_threads([](std::uint64_t held, std::uint64_t giver) {
    const word::move move = word::on_give_back_locked(held, giver);
    if (word::owner(held) != giver) {
      EXPECT_EQ(move.outcome, step::not_owned);
      EXPECT_EQ(move.next, held);
      return;
    }
    expect_possible_when_held(move.next, held);
    EXPECT_EQ(word::depth(move.next), word::depth(held) - 1);
    EXPECT_EQ(move.next & object::flags, held & object::flags);
    EXPECT_EQ(move.outcome == step::freed, is_free(move.next)) << "the last one frees it: " << std::hex << held;
    EXPECT_EQ(word::owner(move.next), move.outcome == step::kept ? giver : 0) << "I2";
  });
}

TEST(MutexWord, AFastGiveBackOfAWordWithAFlagChangesNothing) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t giver) {
    const word::move move = word::on_give_back(seen, giver);
    EXPECT_EQ(move.outcome == step::not_owned, word::owner(seen) != giver) << std::hex << seen;
    if (move.outcome == step::kept || move.outcome == step::freed) {
      EXPECT_TRUE(object::is_plain(seen)) << "somebody may wait for it: " << std::hex << seen;
      EXPECT_TRUE(object::is_plain(move.next)) << std::hex << seen;
    } else {
      EXPECT_EQ(move.next, seen);
    }
  });
}

TEST(MutexWord, ARegisteredWaitHoldsAFreeOneForItsCallbackAndTakesNoOther_A6) {
  for_all_words([](std::uint64_t seen) {
    EXPECT_EQ(word::is_available(seen, word::registered_wait), is_free(seen)) << std::hex << seen;
    if (!is_free(seen)) return;
    const std::uint64_t next = word::after_take(seen & ~object::abandoned, word::registered_wait);
    expect_possible_when_held(next, seen);
    EXPECT_EQ(next, held_once | (seen & object::flags & ~object::abandoned)) << "I5";
  });
}

TEST(MutexWord, WhatIsHeldBecomesAThreadsOnceOrFree_A6) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t thread) {
    if (word::owner(seen) != word::callback) return;
    const std::uint64_t begun = word::owned_once(seen, thread);
    expect_possible_when_held(begun, seen);
    EXPECT_EQ(begun, owned(thread, 1) | word::flags_of(seen));
    for (const bool abandoned : {false, true}) {
      const std::uint64_t dropped = word::freed(seen, abandoned);
      expect_possible_when_held(dropped, seen);
      EXPECT_TRUE(is_free(dropped));
      EXPECT_EQ((dropped & object::abandoned) != 0, abandoned);
      EXPECT_EQ(dropped & ~object::abandoned, word::flags_of(seen));
    }
  });
}

TEST(MutexWord, AGiveBackUndoesATake) {
  for_all_words_and_threads([](std::uint64_t seen, std::uint64_t taker) {
    if (!word::is_available(seen, taker)) return;
    const std::uint64_t taken = word::after_take(seen & ~object::abandoned, taker);
    EXPECT_EQ(word::on_give_back_locked(taken, taker).next, seen & ~object::abandoned) << std::hex << seen;
  });
}

}  // namespace
