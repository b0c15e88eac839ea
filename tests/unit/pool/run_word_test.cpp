#include "pool/run_word.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace {

using word = quiesce::run_word;
using step = word::step;
using fire = word::fire;
using mode = word::mode;

constexpr mode modes[] = {{false, false}, {false, true}, {true, false}, {true, true}};

// The combinations that the word file calls impossible.
bool is_possible(std::uint64_t w, mode how) {
  const auto has = [w](std::uint64_t flag) { return (w & flag) != 0; };
  const std::uint64_t pending = word::pending(w);
  const std::uint64_t running = word::running(w);
  if (has(word::closing) && (has(word::armed) || has(word::again))) return false;
  const bool idle = pending == 0 && running == 0 && !has(word::armed) && !has(word::busy);
  if (has(word::again) && idle) return false;
  if (has(word::again) && !how.repeats) return false;
  if (running > 1 && !how.overlap) return false;
  if (running > 0 && has(word::scheduled) && !how.overlap) return false;
  if (running == word::most_running && has(word::scheduled)) return false;
  const std::uint64_t at_once = how.overlap ? word::most_running : 1;
  if (pending != 0 && !has(word::scheduled) && running < at_once) return false;
  if (has(word::scheduled) && pending == 0 && !has(word::closing)) return false;
  if (has(word::sleepers) && !has(word::busy)) return false;
  return true;
}

std::uint64_t make(std::uint64_t flags, std::uint64_t running, std::uint64_t signals, std::uint64_t expiries) {
  return flags | running << word::running_shift | signals << word::signals_shift | expiries << word::expiries_shift;
}

template <class Check>
void for_all_words(Check check) {
  std::size_t walked = 0;
  for (const mode how : modes) {
    for (std::uint64_t flags = 0; flags < 64; ++flags) {
      for (const std::uint64_t running :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, word::most_running - 1, word::most_running}) {
        for (const std::uint64_t signals : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, word::most_pending}) {
          for (const std::uint64_t expiries :
               {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, word::most_pending}) {
            const std::uint64_t seen = make(flags, running, signals, expiries);
            if (!is_possible(seen, how)) continue;
            ++walked;
            check(seen, how);
          }
        }
      }
    }
  }
  ASSERT_GT(walked, 1000u);
}

// How many references of the registration the word stands for (I3).
std::uint64_t references(std::uint64_t w) {
  const std::uint64_t pending = word::pending(w);
  const bool entry_alone = (w & word::scheduled) != 0 && pending == 0;
  return ((w & word::armed) != 0 ? 1 : 0) + pending + word::running(w) + (entry_alone ? 1 : 0);
}

bool is_closing(std::uint64_t w) { return (w & word::closing) != 0; }
bool is_busy(std::uint64_t w) { return (w & word::busy) != 0; }
bool is_armed(std::uint64_t w) { return (w & word::armed) != 0; }
bool is_scheduled(std::uint64_t w) { return (w & word::scheduled) != 0; }

void expect_push_exactly_if_newly_scheduled(std::uint64_t seen, const word::move& move) {
  EXPECT_EQ(move.push, (move.next & word::scheduled) != 0 && (seen & word::scheduled) == 0) << seen;
}

TEST(RunWord, ArmingIsRefusedFromTheMomentAStopHasBegun_D2) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (!is_closing(seen)) return;
    EXPECT_EQ(word::on_arm(seen, how).outcome, step::refused);
    EXPECT_EQ(word::on_commit(seen).outcome, step::refused);
    EXPECT_EQ(word::on_found(seen, how).outcome, step::refused);
    EXPECT_EQ(word::on_disarm(seen).outcome, step::refused);
    for (const std::uint64_t next : {word::on_arm(seen, how).next, word::on_commit(seen).next,
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
      EXPECT_EQ(references(seen) - references(move.next), is_armed(seen) ? 1u : 0u);
    }
  });
}

TEST(RunWord, CommittingArmsAndFiringTakesItAwayAndCountsOnce) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (is_busy(seen) && !is_closing(seen) && !is_armed(seen)) {
      const word::move committed = word::on_commit(seen);
      EXPECT_EQ(committed.next, seen | word::armed);
      EXPECT_TRUE(is_possible(committed.next, how)) << seen;
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
      EXPECT_EQ(references(move.next), references(seen)) << "firing moves the reference and counts nothing (I3)";
      EXPECT_TRUE(is_possible(move.next, how)) << seen;
      expect_push_exactly_if_newly_scheduled(seen, move);
    }
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
      EXPECT_EQ(move.next, seen & ~word::scheduled);
      EXPECT_EQ(references(seen) - references(move.next), 1u) << "the entry's reference is the worker's to drop";
      EXPECT_EQ(word::is_quiet(seen), word::is_quiet(move.next));
      return;
    }
    EXPECT_EQ(move.outcome, word::signals(seen) != 0 ? step::signalled : step::expired) << "signals first";
    EXPECT_EQ(word::pending(move.next), word::pending(seen) - 1);
    EXPECT_EQ(word::running(move.next), word::running(seen) + 1);
    EXPECT_EQ(references(move.next), references(seen));
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

TEST(RunWord, EndingGivesTheWorkersReferenceAndSchedulesWhatIsPending) {
  for_all_words([](std::uint64_t seen, mode how) {
    if (word::running(seen) == 0) return;
    const word::move move = word::on_end(seen, how);
    EXPECT_TRUE(is_possible(move.next, how)) << seen;
    EXPECT_EQ(word::running(move.next), word::running(seen) - 1);
    EXPECT_EQ(references(seen) - references(move.next), 1u);
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
      const word::move move = word::on_let_go(seen, cleaned);
      EXPECT_TRUE(is_possible(move.next, how)) << seen;
      EXPECT_EQ(references(move.next), references(seen));
      if (is_closing(seen) && !cleaned) {
        EXPECT_EQ(move.outcome, step::clean_up);
        EXPECT_TRUE(is_busy(move.next));
      } else if ((seen & word::again) != 0 && !is_armed(seen) && word::pending(seen) + word::running(seen) == 0) {
        EXPECT_EQ(move.outcome, step::rearm) << "I5: nobody else will";
        EXPECT_TRUE(is_busy(move.next));
      } else {
        EXPECT_EQ(move.outcome, step::released);
        EXPECT_FALSE(is_busy(move.next));
        EXPECT_EQ(move.wake, (seen & word::sleepers) != 0);
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
      const bool entry_left = move.dropped != 0 && is_scheduled(move.next);
      EXPECT_EQ(references(seen) - references(move.next),
                move.dropped + (move.was_armed ? 1u : 0u) - (entry_left ? 1u : 0u));
    }
  });
}

// Walks every state that a small registration can reach, with every step that some thread may take next. The fires are
// bounded, the stops are not. Each path has to come to quiet exactly once, and never leave it.
struct walker {
  mode how;
  struct state {
    std::uint64_t word;
    int armings_left;
    int entries;   // in the run queue, or owed
    int holders;   // of busy
    bool cleaned;  // the holder of busy has cleaned up
    int finished;  // how often quiet was reached
    auto operator<=>(const state&) const = default;
  };
  std::set<state> seen;
  std::vector<state> open;
  std::size_t stuck = 0;
  std::set<int> reached;  // the kinds of step that were taken

  void visit(state next) {
    ASSERT_TRUE(is_possible(next.word, how)) << std::hex << next.word;
    ASSERT_LE(next.finished, 1) << "quiet was reached twice";
    ASSERT_EQ(next.entries, is_scheduled(next.word) ? 1 : 0);
    ASSERT_EQ(next.holders, is_busy(next.word) ? 1 : 0);
    if (seen.insert(next).second) open.push_back(next);
  }

  void take(const state& from, const word::move& move, state to, int kind) {
    reached.insert(kind);
    to.word = move.next;
    if (move.push) ++to.entries;
    if (word::reached_quiet(from.word, move.next)) ++to.finished;
    visit(to);
  }

  void expand(const state& s) {
    bool moved = false;
    const auto next = [&](const word::move& move, auto change, int kind) {
      state to = s;
      change(to);
      take(s, move, to, kind);
      moved = true;
    };
    if (s.armings_left > 0) {
      const word::move arm = word::on_arm(s.word, how);
      if (arm.outcome == step::begun || arm.outcome == step::replaced) {
        next(
            arm, [](state& to) { --to.armings_left, ++to.holders, to.cleaned = false; }, 0);
      }
      const word::move disarm = word::on_disarm(s.word);
      if (disarm.outcome == step::replaced || disarm.outcome == step::too_late) {
        next(
            disarm, [](state& to) { --to.armings_left, ++to.holders, to.cleaned = false; }, 1);
      }
    }
    if (s.holders > 0) {
      if (!is_closing(s.word) && !is_armed(s.word) && s.armings_left > 0) {
        next(
            word::on_commit(s.word), [](state& to) { --to.armings_left; }, 2);
        next(
            word::on_found(s.word, how), [](state& to) { --to.armings_left; }, 3);
      }
      const word::move go = word::on_let_go(s.word, s.cleaned);
      next(
          go,
          [&](state& to) {
            if (go.outcome == step::clean_up) to.cleaned = true;
            if (go.outcome == step::released) --to.holders;
          },
          4 + static_cast<int>(go.outcome));
    }
    if (is_armed(s.word)) {
      next(
          word::on_fire(s.word, fire::signal, how), [](state&) {}, 50);
      next(
          word::on_fire(s.word, fire::expiry, how), [](state&) {}, 51);
    }
    if (s.entries > 0) {
      const word::move begin = word::on_begin(s.word, how);
      next(
          begin,
          [&](state& to) {
            --to.entries;
            if (begin.rearm) ++to.holders, to.cleaned = false;
          },
          60 + static_cast<int>(begin.outcome));
    }
    if (word::running(s.word) > 0) {
      const word::move end = word::on_end(s.word, how);
      next(
          end,
          [&](state& to) {
            if (end.rearm) ++to.holders, to.cleaned = false;
          },
          end.rearm ? 91 : 90);
      next_close(s, true);
      moved = true;
    }
    if (!moved && s.finished == 0 && is_closing(s.word)) ++stuck;
    next_close(s, false);
    if (word::running(s.word) == 0) next_close(s, true);  // the only worker of a pool stops another wait
  }

  void next_close(const state& s, bool drop) {
    const word::move close = word::on_close(s.word, drop);
    state to = s;
    if (close.outcome == step::closes) ++to.holders, to.cleaned = false;
    take(s, close, to, drop ? 101 : 100);
  }
};

TEST(RunWord, EveryReachableStateComesToQuietOnceAndStaysThere_D1_D2) {
  for (const mode how : modes) {
    walker walk{.how = how, .seen = {}, .open = {}, .reached = {}};
    walk.visit({0, 8, 0, 0, false, 0});
    while (!walk.open.empty() && !HasFatalFailure()) {
      const walker::state s = walk.open.back();
      walk.open.pop_back();
      walk.expand(s);
    }
    EXPECT_EQ(walk.stuck, 0u) << "a stop that nobody can bring to its end";
    EXPECT_GT(walk.seen.size(), 700u) << "the walk is smaller than it was when this was written";
    for (const int kind : {0, 1, 2, 3, 4 + static_cast<int>(step::clean_up), 4 + static_cast<int>(step::released), 50,
                           51, 60 + static_cast<int>(step::signalled), 60 + static_cast<int>(step::expired),
                           60 + static_cast<int>(step::empty), 90, 100, 101}) {
      EXPECT_TRUE(walk.reached.contains(kind)) << "the walk never took step " << kind;
    }
    EXPECT_EQ(walk.reached.contains(4 + static_cast<int>(step::rearm)), how.repeats);
  }
}

}  // namespace
