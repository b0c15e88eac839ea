#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "unit/pool/run_word_values.hpp"

namespace {

using namespace run_word_values;

// Walks every state that a small registration can reach, with every step that some thread may take next. The fires are
// bounded, the stops are not. Each path has to come to quiet exactly once, and never leave it.
struct walker {
  mode how;
  struct state {
    std::uint64_t word;
    int armings_left;
    int entries;                // in the run queue, or owed
    int holders;                // of busy
    bool cleaned;               // the holder of busy has cleaned up
    int finished;               // how often quiet was reached
    std::uint32_t mutexes = 0;  // which pending signals are mutexes: a bit each, the oldest is the lowest
    int giving_back = 0;        // who has dropped mutexes; at most one, but for those inside callbacks
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
    ASSERT_TRUE(next.mutexes == 0 || (next.word & word::counted) != 0) << "I7";
    ASSERT_EQ(next.mutexes >> word::signals(next.word), 0u) << "I7";
    ASSERT_TRUE(next.giving_back == 0 || next.finished == 0) << "I8";
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
            word::on_commit(s.word, true), [](state& to) { --to.armings_left; }, 2);
        next(
            word::on_commit(s.word, false), [](state& to) { --to.armings_left, --to.holders; }, 124);
        next(
            word::on_found(s.word, how), [](state& to) { --to.armings_left; }, 3);
        next(
            word::by_mutex(word::on_found(s.word, how)),
            [&](state& to) { --to.armings_left, to.mutexes |= newest_signal(s); }, 120);
      }
      if (s.giving_back > 0) {
        state to = s;
        --to.giving_back;
        visit(to);
        moved = true;
      } else {
        for (const bool at_rest : {false, true}) {
          const word::move go = word::on_let_go(s.word, s.cleaned, at_rest);
          next(
              go,
              [&](state& to) {
                if (go.outcome == step::clean_up) to.cleaned = true;
                if (go.outcome == step::released) --to.holders;
              },
              4 + static_cast<int>(go.outcome));
        }
      }
    }
    if (is_armed(s.word)) {
      next(
          word::by_mutex(word::on_fire(s.word, fire::signal, how)), [&](state& to) { to.mutexes |= newest_signal(s); },
          121);
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
            if (begin.outcome == step::signalled) to.mutexes >>= 1;
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
    if (word::pending(s.word) != 0) {
      const bool gives_back = s.mutexes != 0;
      const auto dropped = [&](state& to) {
        to.mutexes = 0;
        if (gives_back) ++to.giving_back;
        if (gives_back || word::on_drop(s.word, false).rearm) ++to.holders, to.cleaned = false;
      };
      const word::move drop = word::on_drop(s.word, gives_back);
      if (drop.outcome != step::wait) {
        next(drop, dropped, gives_back ? 122 : drop.rearm ? 111 : 110);
        next(word::on_await(s.word, true, gives_back, false), dropped, gives_back ? 123 : 115);
      }
    }
    next(
        word::on_await(s.word, false, false, s.giving_back != 0), [](state&) {}, 112);
    if ((s.word & word::counted) != 0 && s.mutexes == 0) {
      next(
          word::on_uncounted(s.word), [](state&) {}, 113);
    }
    if (s.armings_left > 0 && !is_closing(s.word)) {
      next(
          word::on_submit(s.word, how), [](state& to) { --to.armings_left; }, 114);
    }
    next_close(s, false);
    if (word::running(s.word) == 0) next_close(s, true);  // the only worker of a pool stops another wait
  }

  static std::uint32_t newest_signal(const state& before) { return 1u << word::signals(before.word); }

  // One that drops comes from inside a callback, which runs until it has given back: for the word that is one step.
  void next_close(const state& s, bool drop) {
    if (drop && s.mutexes != 0 && word::running(s.word) == 0) return;
    const word::move close = word::on_close(s.word, drop);
    state to = s;
    if (drop) to.mutexes = 0;
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
    for (const int kind : {0,
                           1,
                           2,
                           3,
                           4 + static_cast<int>(step::clean_up),
                           4 + static_cast<int>(step::released),
                           50,
                           51,
                           60 + static_cast<int>(step::signalled),
                           60 + static_cast<int>(step::expired),
                           60 + static_cast<int>(step::empty),
                           90,
                           100,
                           101,
                           110,
                           112,
                           113,
                           114,
                           115,
                           120,
                           121,
                           122,
                           123,
                           124}) {
      EXPECT_TRUE(walk.reached.contains(kind)) << "the walk never took step " << kind;
    }
    EXPECT_EQ(walk.reached.contains(4 + static_cast<int>(step::rearm)), how.repeats);
  }
}

}  // namespace
