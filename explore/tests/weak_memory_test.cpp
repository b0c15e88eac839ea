#include "weak_memory.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace explore {
namespace {

constexpr std::uint8_t size = 4;

/// Threads with clocks as the engine keeps them, at one word.
struct machine {
  weak_memory memory;
  std::unique_ptr<object> word = std::make_unique<object>();
  vector_clock clock[3];

  machine() {
    EXPECT_TRUE(memory.map(100));
    memory.begin();
    for (unsigned i = 0; i < 3; ++i) clock[i].of[i] = 1;
  }
  onlooker by(unsigned thread, bool is_ordered = false) {
    return {.thread = thread, .is_ordered = is_ordered, .happened = clock[thread]};
  }
  void store(unsigned thread, std::uint64_t before, std::uint64_t after, bool is_ordered = false) {
    memory.newest(*word, before, size);
    memory.append(*word, after, by(thread, is_ordered));
  }
  unsigned readable(unsigned thread, bool is_ordered = false) { return memory.readable(*word, by(thread, is_ordered)); }
  void look(unsigned thread, unsigned back, bool is_ordered = false) {
    memory.look(memory.at(*word, back), by(thread, is_ordered));
  }
  void fence(unsigned thread) {
    memory.fence(by(thread));
    ++clock[thread].of[thread];
  }
  // What `from` has done so far happens before what `to` does from now on.
  void synchronize(unsigned from, unsigned to) {
    clock[to].join(clock[from]);
    ++clock[from].of[from];
  }
};

TEST(WeakMemory, WhoKnowsOfNoStoreMayReadAllBackToTheFirstValue) {
  machine m;
  m.store(0, 7, 1);
  m.store(0, 1, 2);
  EXPECT_EQ(m.readable(1), 3U);
  EXPECT_EQ(m.memory.at(*m.word, 0).value, 2U);
  EXPECT_EQ(m.memory.at(*m.word, 2).value, 7U);
  EXPECT_EQ(m.readable(0), 1U) << "its own store";
}

TEST(WeakMemory, WhoHasReadAMessageReadsNoOlderOne) {
  machine m;
  m.store(0, 0, 1);
  m.store(0, 1, 2);
  m.look(1, 1);
  EXPECT_EQ(m.readable(1), 2U);
  EXPECT_EQ(m.readable(2), 3U);
}

TEST(WeakMemory, WhatHappensBeforeIsKnownAndWhatComesAfterItIsNot) {
  machine m;
  m.store(0, 0, 1);
  m.synchronize(0, 1);
  m.store(0, 1, 2);
  EXPECT_EQ(m.readable(1), 2U);
  m.synchronize(1, 2);
  EXPECT_EQ(m.readable(2), 2U);
}

TEST(WeakMemory, AnOrderedAccessIsKnownToLaterOnesAndBehindLaterFencesOnly) {
  machine m;
  m.store(0, 0, 1, true);
  EXPECT_EQ(m.readable(1), 2U);
  EXPECT_EQ(m.readable(1, true), 1U);
  m.fence(1);
  EXPECT_EQ(m.readable(1), 1U);
  EXPECT_EQ(m.readable(2), 2U);
}

TEST(WeakMemory, AnOrderedLoadMakesKnownWhatItReads) {
  machine m;
  m.store(0, 0, 1);
  EXPECT_TRUE(m.memory.has_news(*m.word));
  EXPECT_EQ(m.readable(1, true), 2U);
  m.look(2, 0, true);
  EXPECT_FALSE(m.memory.has_news(*m.word));
  EXPECT_EQ(m.readable(1, true), 1U);
}

TEST(WeakMemory, AFenceTellsALaterOneAndWhoeverThatHappensBefore) {
  machine m;
  m.store(0, 0, 1);
  m.fence(0);
  EXPECT_EQ(m.readable(1), 2U);
  m.fence(1);
  EXPECT_EQ(m.readable(1), 1U);
  EXPECT_EQ(m.readable(2), 2U);
  m.synchronize(1, 2);
  EXPECT_EQ(m.readable(2), 1U);
  EXPECT_EQ(m.clock[1].of[0], 0U) << "yet nothing happens before anything by it";
}

TEST(WeakMemory, AFenceSaysWhetherItTellsAnything) {
  machine m;
  EXPECT_FALSE(m.memory.fence(m.by(0)));
  m.store(0, 0, 1);
  EXPECT_TRUE(m.memory.fence(m.by(0)));
  EXPECT_FALSE(m.memory.fence(m.by(0)));
}

TEST(WeakMemory, MemoryThatWasWrittenPastTheModelHasOneValue) {
  machine m;
  m.store(0, 0, 1);
  m.memory.newest(*m.word, 5, size);
  EXPECT_EQ(m.readable(1), 1U);
  EXPECT_EQ(m.memory.at(*m.word, 0).value, 5U);
  m.memory.newest(*m.word, 5, 2);
  EXPECT_EQ(m.readable(1), 1U) << "another size";
}

}  // namespace
}  // namespace explore
