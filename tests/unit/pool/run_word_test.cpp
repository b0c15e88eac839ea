#include "pool/run_word.hpp"

#include <gtest/gtest.h>

#include "unit/pool/run_word_values.hpp"

namespace {

using namespace run_word_values;

TEST(RunWord, ArmingIsRefusedFromTheMomentAStopHasBegun_D2) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (!is_closing(seen)) return;
    EXPECT_EQ(word::on_arm(seen, how).outcome, step::refused);
    EXPECT_EQ(word::on_commit(seen, true).outcome, step::refused);
    EXPECT_EQ(word::on_commit(seen, false).outcome, step::refused);
    EXPECT_EQ(word::on_found(seen, how).outcome, step::refused);
    EXPECT_EQ(word::on_disarm(seen).outcome, step::refused);
    for (const std::uint64_t next :
         {word::on_arm(seen, how).next, word::on_commit(seen, true).next, word::on_commit(seen, false).next,
          word::on_found(seen, how).next, word::on_disarm(seen).next}) {
      EXPECT_EQ(next, seen);
    }
  });
}

TEST(RunWord, ArmingTakesBusyAndAnEarlierArmingAway) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (is_closing(seen)) return;
    const word::move move = word::on_arm(seen, how);
    EXPECT_TRUE(is_possible(move.next, how)) << seen;
    if (is_busy(seen)) {
      EXPECT_EQ(move.outcome, step::wait);
      EXPECT_EQ(move.next, seen | word::sleepers);
    } else if (word::signals(seen) == word::most_pending || word::expiries(seen) == word::most_pending) {
      EXPECT_EQ(move.outcome, step::overflow);
      EXPECT_EQ(move.next, seen);
    } else {
      EXPECT_EQ(move.outcome, is_armed(seen) ? step::replaced : step::begun);
      EXPECT_TRUE(is_busy(move.next));
      EXPECT_FALSE(is_armed(move.next));
      EXPECT_EQ((move.next & word::again) != 0, how.repeats);
    }
  });
}

TEST(RunWord, CommittingArmsAndFiringTakesItAwayAndCountsOnce) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (is_busy(seen) && !is_closing(seen) && !is_armed(seen)) {
      const word::move committed = word::on_commit(seen, true);
      EXPECT_EQ(committed.outcome, step::committed);
      EXPECT_EQ(committed.next, seen | word::armed);
      EXPECT_TRUE(is_possible(committed.next, how)) << seen;
      const word::move released = word::on_commit(seen, false);
      const word::move as_two = word::on_let_go(committed.next, false, false);
      EXPECT_EQ(released.outcome, step::released);
      EXPECT_EQ(released.next, as_two.next) << "the same as with busy, which is given back next";
      EXPECT_EQ(released.wake, as_two.wake);
    }
    for (const fire by : {fire::signal, fire::expiry}) {
      const bool full = (by == fire::signal ? word::signals(seen) : word::expiries(seen)) == word::most_pending;
      if (full && is_armed(seen)) continue;  // arming is a bug of the caller there
      const word::move move = word::on_fire(seen, by, how);
      if (!is_armed(seen)) {
        EXPECT_EQ(move.outcome, step::lost);
        EXPECT_EQ(move.next, seen) << "a signal that finds nothing armed leaves no trace";
        continue;
      }
      EXPECT_EQ(move.outcome, step::fired);
      EXPECT_FALSE(is_armed(move.next));
      EXPECT_EQ(word::pending(move.next), word::pending(seen) + 1);
      EXPECT_EQ(word::signals(move.next) - word::signals(seen), by == fire::signal ? 1u : 0u);
      EXPECT_TRUE(is_possible(move.next, how)) << seen;
      expect_push_exactly_if_newly_scheduled(seen, move);
      EXPECT_EQ(word::by_mutex(move).next, move.next | word::counted) << "I7";
    }
    const word::move lost = {seen, step::lost};
    EXPECT_EQ(word::by_mutex(lost).next, seen);
  });
}

TEST(RunWord, ASignalFoundWhileArmingFiresWithoutArming) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (!is_busy(seen) || is_closing(seen) || is_armed(seen) || word::signals(seen) == word::most_pending) return;
    const word::move move = word::on_found(seen, how);
    EXPECT_EQ(move.outcome, step::fired);
    EXPECT_EQ(word::signals(move.next), word::signals(seen) + 1);
    EXPECT_FALSE(is_armed(move.next));
    EXPECT_TRUE(is_possible(move.next, how)) << seen;
    expect_push_exactly_if_newly_scheduled(seen, move);
  });
}

TEST(RunWord, BeginningTakesOnePendingFireOrFindsNothing) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (!is_scheduled(seen)) return;
    const word::move move = word::on_begin(seen, how);
    EXPECT_TRUE(is_possible(move.next, how)) << seen;
    if (word::pending(seen) == 0) {
      EXPECT_EQ(move.outcome, step::empty);
      EXPECT_EQ(move.next, seen & ~(word::scheduled | word::kept));
      EXPECT_TRUE(move.kept);
      EXPECT_EQ(references(seen) - references(move.next), 1u) << "the entry's reference is the worker's to drop";
      EXPECT_EQ(word::is_quiet(seen), word::is_quiet(move.next));
      return;
    }
    EXPECT_EQ(move.outcome, word::signals(seen) != 0 ? step::signalled : step::expired) << "signals first";
    EXPECT_EQ(word::pending(move.next), word::pending(seen) - 1);
    EXPECT_EQ(word::running(move.next), word::running(seen) + 1);
    EXPECT_EQ(references(seen) - references(move.next), move.kept ? 1u : 0u);
    EXPECT_FALSE(word::is_quiet(move.next));
    EXPECT_EQ(move.push, is_scheduled(move.next)) << "with more pending, an overlapping wait goes on in another worker";
    const bool has_to_arm = (seen & word::again) != 0 && !is_armed(seen) && word::pending(move.next) == 0;
    EXPECT_EQ(move.rearm, has_to_arm && !is_busy(seen)) << "I5";
  });
}

TEST(RunWord, CallbacksThatMayNotOverlapNeverDo_C6) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (how.overlap || word::running(seen) == 0) return;
    EXPECT_FALSE(is_scheduled(seen));
    if (is_armed(seen) && word::signals(seen) != word::most_pending) {
      EXPECT_FALSE(word::on_fire(seen, fire::signal, how).push);
    }
  });
}

TEST(RunWord, EndingSchedulesWhatIsPending) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (word::running(seen) == 0) return;
    const word::move move = word::on_end(seen, how);
    EXPECT_TRUE(is_possible(move.next, how)) << seen;
    EXPECT_EQ(word::running(move.next), word::running(seen) - 1);
    expect_push_exactly_if_newly_scheduled(seen, move);
    if (word::pending(seen) != 0) {
      EXPECT_TRUE(is_scheduled(move.next)) << "a fire that nobody begins";
    }
    const bool has_to_arm = (seen & word::again) != 0 && !is_armed(seen) && word::pending(seen) == 0;
    EXPECT_EQ(move.rearm, has_to_arm && !is_busy(seen)) << "I5";
  });
}

TEST(RunWord, DisarmingTakesTheArmingAndTheRepetitionButNotWhatHasFired) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (is_closing(seen)) return;
    const word::move move = word::on_disarm(seen);
    EXPECT_TRUE(is_possible(move.next, how)) << seen;
    if (is_busy(seen)) {
      EXPECT_EQ(move.outcome, step::wait);
      return;
    }
    EXPECT_EQ(move.outcome, is_armed(seen) ? step::replaced : step::too_late);
    EXPECT_EQ(word::pending(move.next), word::pending(seen));
    EXPECT_EQ(move.next & (word::armed | word::again), 0u);
    EXPECT_TRUE(is_busy(move.next));
  });
}

TEST(RunWord, WhoLetsGoOfBusyFirstDoesWhatOthersLeftToHim) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (!is_busy(seen)) return;
    for (const bool cleaned : {false, true}) {
      if (cleaned && !is_closing(seen)) continue;
      for (const bool at_rest : {false, true}) {
        const word::move move = word::on_let_go(seen, cleaned, at_rest);
        const bool has_to_be_armed = (seen & word::again) != 0 && !is_armed(seen) && word::pending(seen) == 0;
        EXPECT_TRUE(is_possible(move.next, how)) << seen;
        if (is_closing(seen) && !cleaned) {
          EXPECT_EQ(move.outcome, step::clean_up);
          EXPECT_TRUE(is_busy(move.next));
        } else if (has_to_be_armed && (word::running(seen) == 0 || !at_rest)) {
          EXPECT_EQ(move.outcome, step::rearm) << "I5: nobody else will, or not before what runs has ended";
          EXPECT_TRUE(is_busy(move.next));
        } else {
          EXPECT_EQ(move.outcome, step::released);
          EXPECT_FALSE(is_busy(move.next));
          EXPECT_EQ(move.wake, (seen & word::sleepers) != 0);
        }
      }
    }
  });
}

TEST(RunWord, ClosingIsForGoodAndTakesTheArmingInTheSameStep_D2) {
  for_all_words([](std::uint64_t seen, mode how) {
    for (const bool drop : {false, true}) {
      const word::move move = word::on_close(seen, drop);
      EXPECT_TRUE(is_possible(move.next, how)) << seen << " drop " << drop;
      EXPECT_TRUE(is_closing(move.next));
      EXPECT_FALSE(is_armed(move.next));
      EXPECT_EQ(move.dropped, drop ? word::pending(seen) : 0u);
      EXPECT_EQ(word::pending(move.next), drop ? 0u : word::pending(seen)) << "the signal wins unless it cannot run";
      EXPECT_EQ(word::running(move.next), word::running(seen));
      if (is_closing(seen)) {
        EXPECT_EQ(move.outcome, step::joined);
      } else {
        EXPECT_EQ(move.outcome, is_busy(seen) ? step::delegated : step::closes);
        EXPECT_TRUE(is_busy(move.next)) << "somebody has to clean up";
        EXPECT_EQ(move.wake, (seen & word::sleepers) != 0) << "who waits to arm has to learn that he may not";
      }
      EXPECT_EQ(references(move.next) - references(seen), move.kept ? 1u : 0u);
    }
  });
}

TEST(RunWord, WhoClosesWhatIsUnusedReachesQuietWhenHeLetsGo_D1) {
  for_all_words([](std::uint64_t seen, mode) {
    if (!word::is_unused(seen)) return;
    const word::move closed = word::on_close(seen, false);
    EXPECT_EQ(closed.outcome, step::closes);
    EXPECT_FALSE(closed.wake);
    const word::move let_go = word::on_let_go(closed.next, true, false);
    EXPECT_EQ(let_go.outcome, step::released);
    EXPECT_TRUE(word::reached_quiet(closed.next, let_go.next)) << "I2";
  });
}

TEST(RunWord, SubmittingFiresUnlessAStopHasBegun_D2_C1) {
  for_all_words([](std::uint64_t seen, mode how) {
    const word::move move = word::on_submit(seen, how);
    if (is_closing(seen)) {
      EXPECT_EQ(move.outcome, step::refused);
      EXPECT_EQ(move.next, seen);
    } else if (word::signals(seen) == word::most_pending) {
      EXPECT_EQ(move.outcome, step::overflow);
      EXPECT_EQ(move.next, seen);
    } else {
      EXPECT_EQ(move.outcome, step::fired);
      EXPECT_EQ(word::signals(move.next), word::signals(seen) + 1);
      EXPECT_EQ(move.next & word::armed, seen & word::armed);
      EXPECT_TRUE(is_possible(move.next, how)) << seen;
      expect_push_exactly_if_newly_scheduled(seen, move);
    }
  });
}

TEST(RunWord, DroppingTakesWhatIsPendingAndNothingElse_C1) {
  for_all_words([](std::uint64_t seen, mode how) {
    const word::move move = word::on_drop(seen, false);
    EXPECT_TRUE(is_possible(move.next, how)) << std::hex << seen;
    EXPECT_EQ(move.dropped, word::pending(seen));
    EXPECT_EQ(word::pending(move.next), 0u);
    EXPECT_EQ(word::running(move.next), word::running(seen));
    EXPECT_EQ(move.next & (word::closing | word::armed | word::again),
              seen & (word::closing | word::armed | word::again));
    EXPECT_EQ(references(move.next) - references(seen), move.kept ? 1u : 0u);
    const bool has_to_arm = (seen & word::again) != 0 && !is_armed(seen);
    EXPECT_EQ(move.rearm, has_to_arm && !is_busy(seen)) << "the repetition would be lost (I5)";
    EXPECT_EQ(is_busy(move.next), is_busy(seen) || move.rearm);
  });
}

TEST(RunWord, WhoDropsAMutexHasBusyUntilItIsGivenBack_A6) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (word::signals(seen) == 0) return;
    const word::move move = word::on_drop(seen, true);
    EXPECT_TRUE(is_possible(move.next, how)) << std::hex << seen;
    if (is_busy(seen)) {
      EXPECT_EQ(move.outcome, step::wait);
      EXPECT_EQ(move.next, seen | word::sleepers);
      EXPECT_EQ(move.dropped, 0u);
      return;
    }
    const word::move plain = word::on_drop(seen, false);
    EXPECT_EQ(move.next, plain.next | word::busy);
    EXPECT_FALSE(word::is_quiet(move.next)) << "I8";
    EXPECT_EQ(move.rearm, plain.rearm);
    EXPECT_EQ(move.dropped, plain.dropped);
    EXPECT_EQ(move.kept, plain.kept);
  });
}

TEST(RunWord, AWaitForCallbacksThatDropsAMutexDoesTheSameAndWaitsForOthersWhoDo_A6_D5) {
  for_all_words([](std::uint64_t seen, mode) {
    if (word::signals(seen) == 0) return;
    const word::move drop = word::on_drop(seen, true);
    for (const bool others : {false, true}) {
      const word::move move = word::on_await(seen, true, true, others);
      if (drop.outcome == step::wait) {
        EXPECT_EQ(move.outcome, step::wait);
        EXPECT_EQ(move.next, drop.next);
        continue;
      }
      EXPECT_EQ(move.next & ~word::counted, drop.next & ~word::counted);
      EXPECT_EQ(move.outcome, others || word::running(seen) != 0 ? step::awaits : step::over);
      EXPECT_EQ(word::on_await(seen & ~word::counted, false, false, others).outcome, step::awaits);
    }
  });
}

TEST(RunWord, AWaitForCallbacksIsForWhatIsPendingAndRunningAndArmsAndDisarmsNothing_D5) {
  for_all_words([](std::uint64_t seen, mode how) {
    for (const bool drop : {false, true}) {
      const word::move move = word::on_await(seen, drop, false, false);
      EXPECT_TRUE(is_possible(move.next, how)) << std::hex << seen;
      const bool is_over = word::running(seen) == 0 && (drop || word::pending(seen) == 0);
      EXPECT_EQ(move.outcome, is_over ? step::over : step::awaits);
      EXPECT_EQ((move.next & word::counted) != 0, !is_over) << "I6";
      EXPECT_EQ(move.dropped, drop ? word::pending(seen) : 0u);
      EXPECT_EQ(move.next & (word::closing | word::armed | word::again),
                seen & (word::closing | word::armed | word::again));
      if (!drop) {
        EXPECT_EQ(move.next & ~word::counted, seen & ~word::counted);
      }
      EXPECT_EQ(word::on_uncounted(move.next).next, move.next & ~word::counted);
    }
  });
}

}  // namespace
