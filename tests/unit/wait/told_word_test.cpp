#include "wait/told_word.hpp"

#include <gtest/gtest.h>

namespace {

using quiesce::told_state;
using word = quiesce::told_word;
using step = word::step;
constexpr told_state states[] = {told_state::waiting, told_state::asleep, told_state::told};

TEST(ToldWord, TheOwnerSleepsUnlessItWasTold) {
  for (const told_state seen : states) {
    const word::move move = word::on_sleep(seen);
    EXPECT_EQ(move.outcome, seen == told_state::told ? step::go_on : step::sleep);
    EXPECT_EQ(move.next, seen == told_state::told ? told_state::told : told_state::asleep)
        << "asleep must be in the word before the owner sleeps, or the teller will not wake it";
  }
}

TEST(ToldWord, TellingWakesExactlyASleeper) {
  for (const told_state seen : states) {
    const word::move move = word::on_tell(seen);
    EXPECT_EQ(move.next, told_state::told);
    EXPECT_EQ(move.outcome == step::wake, seen == told_state::asleep);
    EXPECT_EQ(move.outcome == step::impossible, seen == told_state::told) << "told twice";
  }
}

TEST(ToldWord, EveryOrderOfSleepingAndTellingEndsWithTheOwnerGoingOn) {
  // The owner sleeps at most as often as the kernel wakes it; the teller comes before, between or after.
  for (int told_after = 0; told_after <= 3; ++told_after) {
    told_state state = told_state::waiting;
    bool wake_is_coming = false;
    bool asleep = false;
    for (int turn = 0; turn <= 3; ++turn) {
      if (turn == told_after) {
        const word::move move = word::on_tell(state);
        state = move.next;
        wake_is_coming = move.outcome == step::wake;
        if (wake_is_coming) asleep = false;
      }
      const word::move move = word::on_sleep(state);
      asleep = move.outcome == step::sleep;
      state = move.next;
    }
    EXPECT_FALSE(asleep) << told_after;
    EXPECT_EQ(word::on_sleep(state).outcome, step::go_on);
    EXPECT_EQ(wake_is_coming, told_after > 0) << "whoever slept is woken, whoever did not costs no system call";
  }
}

}  // namespace
