#include "pool/posted_word.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using word = quiesce::posted_word;
using step = word::step;

constexpr std::size_t most = 5;  // beyond it nothing new can come

template <class Look>
void for_all_words(Look look) {
  for (std::uint64_t count = 0; count <= most; ++count) {
    for (const std::uint64_t flag : {std::uint64_t{0}, word::closing}) look(count * word::one | flag);
  }
}

bool is_closing(std::uint64_t seen) { return (seen & word::closing) != 0; }

TEST(PostedWord, CountsWhatItAcceptsAndAcceptsNothingOnceClosing) {
  for_all_words([](std::uint64_t seen) {
    const word::move move = word::on_accept(seen);
    EXPECT_EQ(move.outcome, is_closing(seen) ? step::refused : step::accepted);
    EXPECT_EQ(word::count(move.next), word::count(seen) + (is_closing(seen) ? 0 : 1));
    EXPECT_EQ(is_closing(move.next), is_closing(seen));
  });
}

TEST(PostedWord, AnEndIsTheLastIfAndOnlyIfItLeavesNothingToAWordThatIsClosing) {
  for_all_words([](std::uint64_t seen) {
    if (word::count(seen) == 0) return;
    const word::move move = word::on_end(seen);
    EXPECT_EQ(word::count(move.next), word::count(seen) - 1);
    EXPECT_EQ(is_closing(move.next), is_closing(seen));
    EXPECT_EQ(move.outcome == step::last, is_closing(seen) && word::count(seen) == 1);
    EXPECT_EQ(move.outcome == step::open, !is_closing(seen));
  });
}

TEST(PostedWord, ClosesOnceAndSaysWhetherAnEndWillFollow) {
  for_all_words([](std::uint64_t seen) {
    const word::move move = word::on_close(seen);
    EXPECT_TRUE(is_closing(move.next));
    EXPECT_EQ(word::count(move.next), word::count(seen));
    EXPECT_EQ(move.outcome == step::joined, is_closing(seen));
    EXPECT_EQ(move.outcome == step::nothing_left, !is_closing(seen) && word::count(seen) == 0);
  });
}

// Of all orders of steps: I2, exactly one of them finishes a word that is closing and has nothing left.
void walk(std::uint64_t seen, int finished, std::size_t to_accept, bool may_close) {
  EXPECT_EQ(finished, is_closing(seen) && word::count(seen) == 0 ? 1 : 0) << seen;
  if (to_accept != 0) {
    const word::move move = word::on_accept(seen);
    walk(move.next, finished, to_accept - 1, may_close);
  }
  if (word::count(seen) != 0) {
    const word::move move = word::on_end(seen);
    walk(move.next, finished + (move.outcome == step::last ? 1 : 0), to_accept, may_close);
  }
  if (may_close) {
    const word::move move = word::on_close(seen);
    walk(move.next, finished + (move.outcome == step::nothing_left ? 1 : 0), to_accept, !is_closing(seen));
  }
}

TEST(PostedWord, IsFinishedByExactlyOneStepInEveryOrder) { walk(0, 0, most, true); }

}  // namespace
