#include "pool/incoming_word.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using word = quiesce::incoming_word;

constexpr std::uintptr_t an_item = 64;  // addresses of items are even, and not zero
constexpr std::uintptr_t another_item = 128;

TEST(IncomingWord, APushIsQueuedUnlessItIsAttendedTo) {
  for (const std::uintptr_t seen : {word::empty, an_item}) {
    const word::move move = word::on_push(seen, another_item);
    EXPECT_TRUE(move.is_queued);
    EXPECT_EQ(move.next, another_item);
  }
  const word::move move = word::on_push(word::attended, an_item);
  EXPECT_FALSE(move.is_queued);
  EXPECT_EQ(move.next, word::attended);
}

TEST(IncomingWord, OnlyATakeOrAnAttendEndsTheListAndOnlyTheLockLeavesAttended) {
  EXPECT_TRUE(word::has_items(an_item));
  for (const std::uintptr_t seen : {word::empty, an_item, word::attended}) {
    EXPECT_FALSE(word::has_items(word::on_take(seen)));
    EXPECT_EQ(word::on_take(seen) == word::attended, seen == word::attended);
    EXPECT_EQ(word::on_attend(seen), word::attended);
    EXPECT_EQ(word::on_open(seen), seen == word::attended ? word::empty : seen);
  }
}

struct walked {
  std::uintptr_t seen = word::attended;
  std::vector<int> listed;
  int pushed = 0, taken = 0, came_to_the_lock = 0;
};

// Of all orders of steps: I1, what is pushed is taken once, or comes to the lock.
void walk(const walked& at, int steps) {
  EXPECT_EQ(word::has_items(at.seen), !at.listed.empty());
  EXPECT_EQ(at.pushed, at.taken + at.came_to_the_lock + static_cast<int>(at.listed.size()));
  if (steps == 0) return;
  walked after_push = at;
  const word::move move = word::on_push(at.seen, an_item * static_cast<std::uintptr_t>(at.pushed + 1));
  after_push.seen = move.next;
  ++after_push.pushed;
  if (move.is_queued) {
    after_push.listed.push_back(at.pushed);
  } else {
    ++after_push.came_to_the_lock;
  }
  walk(after_push, steps - 1);
  for (const auto transition : {word::on_take, word::on_attend}) {
    walked after = at;
    after.seen = transition(at.seen);
    after.taken += static_cast<int>(at.listed.size());
    after.listed.clear();
    walk(after, steps - 1);
  }
  walked after_open = at;
  after_open.seen = word::on_open(at.seen);
  walk(after_open, steps - 1);
}

TEST(IncomingWord, LosesNothingInAnyOrder) { walk({}, 7); }

}  // namespace
