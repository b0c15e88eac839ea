/// Litmus tests: what threads may read of each other's stores, for each order. Each set of outcomes is the one of the C++
/// standard, less what the explorer's page of limits names; those tests say so.
#include <gtest/gtest.h>

#include "outcomes.hpp"

namespace litmus {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;
using order = std::memory_order;

constexpr auto fence = [](order which) {
  if (which == seq_cst) std::atomic_thread_fence(seq_cst);
  if (which == acq_rel) std::atomic_thread_fence(acq_rel);
  if (which == acquire) std::atomic_thread_fence(acquire);
  if (which == release) std::atomic_thread_fence(release);
};

// --- Store buffering ------------------------------------------------------------------------------------------------

template <order Store, order Load, order Fence = relaxed, order OtherFence = Fence>
program store_buffering() {
  return {{[] { x.store(1, Store), fence(Fence), r[0] = y.load(Load); },
           [] { y.store(1, Store), fence(OtherFence), r[1] = x.load(Load); }},
          2};
}

TEST(Litmus, StoresMayBeSeenLateUnlessAllIsInOneOrder) {
  expect(store_buffering<relaxed, relaxed>(), all_but(2, {}), 8);
  expect(store_buffering<release, acquire>(), all_but(2, {}), 8);
  expect(store_buffering<seq_cst, acquire>(), all_but(2, {}), 8);
  expect(store_buffering<release, seq_cst>(), all_but(2, {}));
  expect(store_buffering<seq_cst, seq_cst>(), all_but(2, {"00"}), 3);
}

TEST(Litmus, StoresAreSeenInTimeBehindOrderedFencesInBothThreads) {
  expect(store_buffering<relaxed, relaxed, seq_cst>(), all_but(2, {"00"}));
  expect(store_buffering<relaxed, relaxed, seq_cst, relaxed>(), all_but(2, {}));
  expect(store_buffering<relaxed, relaxed, acq_rel>(), all_but(2, {}));
}

// A fence in one thread, and nothing but ordered accesses in the other.
template <order Store, order Load>
program fence_and_accesses() {
  return {{[] { x.store(1, relaxed), fence(seq_cst), r[0] = y.load(relaxed); },
           [] { y.store(1, Store), r[1] = x.load(Load); }},
          2};
}

TEST(Litmus, OrderedAccessesOfOneThreadMeetTheOrderedFenceOfTheOther) {
  expect(fence_and_accesses<seq_cst, seq_cst>(), all_but(2, {"00"}));
  expect(fence_and_accesses<release, seq_cst>(), all_but(2, {}));
  expect(fence_and_accesses<seq_cst, acquire>(), all_but(2, {}));
}

template <order Change, order Load>
program exchange_and_load() {
  return {{[] { x.exchange(1, Change), r[0] = y.load(Load); }, [] { y.exchange(1, Change), r[1] = x.load(Load); }}, 2};
}

TEST(Litmus, AnExchangeIsNoFence) {
  expect(exchange_and_load<acq_rel, acquire>(), all_but(2, {}), 8);
  expect(exchange_and_load<seq_cst, acquire>(), all_but(2, {}), 8);
  expect(exchange_and_load<seq_cst, seq_cst>(), all_but(2, {"00"}), 3);
}

template <order Store, order Load>
program store_buffering_with_own_reads() {
  return {{[] { x.store(1, Store), r[0] = x.load(Load), r[1] = y.load(Load); },
           [] { y.store(1, Store), r[2] = y.load(Load), r[3] = x.load(Load); }},
          4};
}

TEST(Litmus, AThreadSeesItsOwnStoreAtOnce) {
  expect(store_buffering_with_own_reads<relaxed, relaxed>(), {"1010", "1011", "1110", "1111"}, 8);
  expect(store_buffering_with_own_reads<release, acquire>(), {"1010", "1011", "1110", "1111"}, 8);
  expect(store_buffering_with_own_reads<seq_cst, seq_cst>(), {"1011", "1110", "1111"}, 3);
}

// --- Message passing ------------------------------------------------------------------------------------------------

template <order Store, order Load, order Before = relaxed, order After = relaxed>
program message_passing() {
  return {{[] { x.store(1, relaxed), fence(Before), y.store(1, Store); },
           [] { r[0] = y.load(Load), fence(After), r[1] = x.load(relaxed); }},
          2};
}

TEST(Litmus, AMessageComesWithWhatWasStoredBeforeItIfBothSidesOrder) {
  expect(message_passing<relaxed, relaxed>(), all_but(2, {}), 7);
  expect(message_passing<release, relaxed>(), all_but(2, {}), 7);
  expect(message_passing<relaxed, acquire>(), all_but(2, {}), 7);
  expect(message_passing<release, acquire>(), all_but(2, {"10"}));
  expect(message_passing<release, seq_cst>(), all_but(2, {"10"}));
  expect(message_passing<seq_cst, seq_cst>(), all_but(2, {"10"}));
}

TEST(Litmus, AMessageMayBeOrderedByFences) {
  expect(message_passing<relaxed, relaxed, release, acquire>(), all_but(2, {"10"}));
  expect(message_passing<relaxed, acquire, release>(), all_but(2, {"10"}));
  expect(message_passing<release, relaxed, relaxed, acquire>(), all_but(2, {"10"}));
  expect(message_passing<relaxed, relaxed, acq_rel>(), all_but(2, {}));
  expect(message_passing<relaxed, relaxed, acquire, release>(), all_but(2, {}));
  expect(message_passing<relaxed, relaxed, seq_cst, seq_cst>(), all_but(2, {"10"}));
}

// --- Causes of causes -----------------------------------------------------------------------------------------------

template <order Store, order Load>
program write_to_read_causality() {
  return {{[] { x.store(1, relaxed); }, [] { r[0] = x.load(Load), y.store(1, Store); },
           [] { r[1] = y.load(Load), r[2] = x.load(relaxed); }},
          3};
}

TEST(Litmus, WhatAThreadHasReadReachesWhoeverSynchronizesWithIt) {
  expect(write_to_read_causality<relaxed, relaxed>(), all_but(3, {}));
  expect(write_to_read_causality<release, relaxed>(), all_but(3, {}));
  expect(write_to_read_causality<relaxed, acquire>(), all_but(3, {}));
  expect(write_to_read_causality<release, acquire>(), all_but(3, {"110"}));
  expect(write_to_read_causality<seq_cst, seq_cst>(), all_but(3, {"110"}));
}

template <order First, order Second>
program read_to_write_causality() {
  return {{[] { x.store(1, relaxed); }, [] { r[0] = x.load(relaxed), fence(First), r[1] = y.load(relaxed); },
           [] { y.store(1, relaxed), fence(Second), r[2] = x.load(relaxed); }},
          3};
}

TEST(Litmus, OrderedFencesTellWhatWasReadBeforeThem) {
  expect(read_to_write_causality<relaxed, relaxed>(), all_but(3, {}));
  expect(read_to_write_causality<acq_rel, seq_cst>(), all_but(3, {}));
  expect(read_to_write_causality<seq_cst, acq_rel>(), all_but(3, {}));
  expect(read_to_write_causality<seq_cst, seq_cst>(), all_but(3, {"100"}));
}

template <order Store, order Load, order Fence>
program write_and_read_to_write_causality() {
  return {{[] { x.store(1, relaxed), z.store(1, Store); },
           [] { r[0] = z.load(Load), fence(Fence), r[1] = y.load(relaxed); },
           [] { y.store(1, relaxed), fence(Fence), r[2] = x.load(relaxed); }},
          3};
}

TEST(Litmus, OrderedFencesTellWhatHappenedBeforeThem) {
  expect(write_and_read_to_write_causality<release, acquire, relaxed>(), all_but(3, {}));
  expect(write_and_read_to_write_causality<relaxed, relaxed, seq_cst>(), all_but(3, {}));
  expect(write_and_read_to_write_causality<release, acquire, seq_cst>(), all_but(3, {"100"}));
}

template <order Store, order Load, order Fence = relaxed>
program independent_reads() {
  return {{[] { x.store(1, Store); }, [] { y.store(1, Store); },
           [] { r[0] = x.load(Load), fence(Fence), r[1] = y.load(Load); },
           [] { r[2] = y.load(Load), fence(Fence), r[3] = x.load(Load); }},
          4};
}

TEST(Litmus, TwoReadersSeeIndependentStoresInDifferentOrdersUnlessTheyReadInOneOrder) {
  expect(independent_reads<relaxed, relaxed>(), all_but(4, {}), 77);
  expect(independent_reads<release, acquire>(), all_but(4, {}), 77);
  expect(independent_reads<seq_cst, acquire>(), all_but(4, {}), 77);
  expect(independent_reads<seq_cst, seq_cst>(), all_but(4, {"1010"}), 15);
  expect(independent_reads<relaxed, seq_cst>(), all_but(4, {"1010"}));
  expect(independent_reads<relaxed, relaxed, seq_cst>(), all_but(4, {"1010"}));
  expect(independent_reads<release, acquire, acq_rel>(), all_but(4, {}), 77);
}

// --- One word -------------------------------------------------------------------------------------------------------

template <order Store, order Load>
program one_reader() {
  return {{[] { x.store(1, Store), x.store(2, Store); }, [] { r[0] = x.load(Load), r[1] = x.load(Load); }}, 2};
}

TEST(Litmus, NobodyReadsOneWordBackwards) {
  const outcomes forwards = {"00", "01", "02", "11", "12", "22"};
  expect(one_reader<relaxed, relaxed>(), forwards);
  expect(one_reader<release, acquire>(), forwards);
  expect(one_reader<seq_cst, seq_cst>(), forwards, 6);
}

template <order Store, order Load>
program two_writers_and_two_readers() {
  return {{[] { x.store(1, Store); }, [] { x.store(2, Store); }, [] { r[0] = x.load(Load), r[1] = x.load(Load); },
           [] { r[2] = x.load(Load), r[3] = x.load(Load); }},
          4,
          true};
}

TEST(Litmus, AllReadTheStoresToOneWordInOneOrder) {
  for (const program& each :
       {two_writers_and_two_readers<relaxed, relaxed>(), two_writers_and_two_readers<release, acquire>(),
        two_writers_and_two_readers<seq_cst, seq_cst>()}) {
    const answer got = explore_all(each, with_weak_memory());
    EXPECT_TRUE(got.found.complete) << got.found;
    // As many graphs as GenMC has, told apart by which store was the last one.
    EXPECT_EQ(got.seen.size(), 72U);
    outcomes without_last;
    for (const std::string& seen : got.seen) {
      EXPECT_FALSE(seen.starts_with("1221") || seen.starts_with("2112")) << seen;
      without_last.insert(seen.substr(0, 4));
    }
    EXPECT_EQ(without_last.size(), 47U);
  }
}

program own_write_and_another() {
  return {{[] { x.store(1, relaxed), r[0] = x.load(relaxed); }, [] { x.store(2, relaxed), r[1] = x.load(relaxed); }},
          2,
          true};
}

TEST(Litmus, AThreadReadsItsOwnStoreOrALaterOne) { expect(own_write_and_another(), {"1210", "1220", "1110", "2220"}); }

TEST(Litmus, AReadModifyWriteReadsTheNewest) {
  expect({{[] { r[0] = x.fetch_add(1, relaxed); }, [] { r[1] = x.fetch_add(1, relaxed); },
           [] { r[2] = x.fetch_add(1, relaxed); }},
          3},
         {"012", "021", "102", "120", "201", "210"}, 6);
}

// --- Release sequences ----------------------------------------------------------------------------------------------

template <order Change>
program changed_in_between() {
  return {{[] { x.store(1, relaxed), y.store(1, release); }, [] { y.fetch_add(2, Change); },
           [] { r[0] = y.load(acquire), r[1] = x.load(relaxed); }},
          2};
}

TEST(Litmus, AReadModifyWriteCarriesOnWhatItsValueWasReleasedWith) {
  const outcomes carried = {"00", "01", "11", "20", "21", "31"};
  expect(changed_in_between<relaxed>(), carried);
  expect(changed_in_between<acq_rel>(), carried);
  expect(changed_in_between<seq_cst>(), carried);
}

TEST(Litmus, APlainStoreOfTheSameThreadCarriesOnNothing) {
  expect({{[] { x.store(1, relaxed), y.store(1, release), y.store(2, relaxed); },
           [] { r[0] = y.load(acquire), r[1] = x.load(relaxed); }},
          2},
         {"00", "01", "11", "20", "21"});
}

TEST(Litmus, AStoreOfAnotherThreadEndsWhatWasReleased) {
  expect({{[] { x.store(1, relaxed), y.store(1, release); }, [] { y.store(2, relaxed); },
           [] { r[0] = y.load(acquire), r[1] = x.load(relaxed); }},
          2},
         {"00", "01", "11", "20", "21"});
}

// --- Races -----------------------------------------------------------------------------------------------------------

int plain;

// Reading 1 from z proves that the fence of the first thread comes before that of the second one, and gives no order: the
// load acquires nothing.
TEST(Litmus, OrderedFencesDoNotSynchronize) {
  const program what{{[] {
                        plain = 1;
                        fence(seq_cst);
                        if (x.load(relaxed) == 0) z.store(1, relaxed);
                      },
                      [] {
                        x.store(1, relaxed);
                        fence(seq_cst);
                        if (z.load(relaxed) == 1) r[0] = plain;
                      }},
                     1};
  explore::options how = with_weak_memory();
  EXPECT_EQ(explore_all(what, how).found.kind, explore::verdict::data_race);
  how.memory = explore::memory_model::sequential;
  EXPECT_EQ(explore_all(what, how).found.kind, explore::verdict::data_race);
}

// --- What is missed on purpose, as docs/explore.md says ------------------------------------------------------------

template <order Store, order Load>
program load_buffering() {
  return {{[] { r[0] = x.load(Load), y.store(1, Store); }, [] { r[1] = y.load(Load), x.store(1, Store); }}, 2};
}

TEST(Litmus, LoadsThatSeeLaterStoresAreMissed) {
  const outcomes in_order = all_but(2, {"11"});
  expect(load_buffering<relaxed, relaxed>(), in_order);  // C++ allows 11, too
  expect(load_buffering<release, relaxed>(), in_order);  // and here
  expect(load_buffering<relaxed, acquire>(), in_order);  // and here
  expect(load_buffering<release, acquire>(), in_order);
  expect(load_buffering<seq_cst, seq_cst>(), in_order, 3);
}

TEST(Litmus, ThreeLoadsThatSeeLaterStoresAreMissed) {
  expect({{[] { r[0] = x.load(acquire), y.store(1, release); }, [] { r[1] = y.load(acquire), z.store(1, release); },
           [] { r[2] = z.load(acquire), x.store(1, release); }},
          3},
         all_but(3, {"111"}));
}

template <order Store>
program two_and_two_writes() {
  return {{[] { x.store(1, Store), y.store(2, Store); }, [] { y.store(1, Store), x.store(2, Store); }}, 0, true};
}

TEST(Litmus, StoresThatComeBeforeEarlierOnesAreMissed) {
  const outcomes in_order = {"12", "21", "22"};
  expect(two_and_two_writes<relaxed>(), in_order, 3);  // C++ allows 11, too
  expect(two_and_two_writes<release>(), in_order, 3);  // and here
  expect(two_and_two_writes<seq_cst>(), in_order, 3);
}

template <order Fence>
program store_and_read() {
  return {{[] { x.store(1, relaxed), fence(Fence), y.store(1, relaxed); },
           [] { y.store(2, relaxed), fence(Fence), r[0] = x.load(relaxed); }},
          1,
          true};
}

TEST(Litmus, TheOrderOfTwoStoresOrdersNothingElseWithoutFences) {
  expect(store_and_read<relaxed>(), {"011", "012", "111", "112"});
  expect(store_and_read<acq_rel>(), {"011", "012", "111", "112"});
  expect(store_and_read<seq_cst>(), {"011", "111", "112"});
}

}  // namespace
}  // namespace litmus
