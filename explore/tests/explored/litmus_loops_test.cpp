/// Weak memory in loops: what looks again and again at the same place is not explored for ever, and what it tells others
/// meanwhile is not left out.
#include <gtest/gtest.h>

#include <thread>

#include "outcomes.hpp"

namespace litmus {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

answer explore_with_two_stale_reads(const program& what) {
  explore::options how = with_weak_memory();
  how.stale_reads = 2;
  answer got = explore_all(what, how);
  EXPECT_TRUE(got.found.passed()) << got.found;
  EXPECT_NE(got.found.executions, 0U);
  return got;
}

// The last fence of the loop comes after its thread has seen the store: who passes a fence later sees that store, too, or is
// seen himself.
TEST(LitmusLoops, AFenceThatIsRepeatedTellsWhatItsThreadHasSeenMeanwhile) {
  const program what{{[] {
                        for (int i = 0; i < 4; ++i) {
                          r[0] = x.load(relaxed);
                          std::atomic_thread_fence(seq_cst);
                        }
                        r[1] = y.load(relaxed);
                      },
                      [] { y.store(1, relaxed), std::atomic_thread_fence(seq_cst), r[2] = x.load(relaxed); },
                      [] { x.store(1, relaxed); }},
                     3};
  EXPECT_EQ(explore_with_two_stale_reads(what).seen, all_but(3, {"100"}));
}

// The last exchange of the loop releases that its thread has seen the store of y.
TEST(LitmusLoops, AReadModifyWriteThatIsRepeatedReleasesWhatItsThreadHasSeenMeanwhile) {
  const program what{{[] {
                        for (int i = 0; i < 4; ++i) {
                          r[0] = y.load(relaxed);
                          r[1] = x.fetch_add(0, acq_rel);
                        }
                      },
                      [] { r[2] = x.fetch_add(1, acq_rel), r[3] = y.load(relaxed); }, [] { y.store(1, relaxed); }},
                     4};
  const answer got = explore_with_two_stale_reads(what);
  EXPECT_EQ(got.seen.count("1000"), 0U);
  EXPECT_EQ(got.seen.count("1001"), 1U);
  EXPECT_EQ(got.seen.count("0000"), 1U);
}

TEST(LitmusLoops, AThreadThatIsKeptFromSeeingAStoreForEverIsNoLivelock) {
  const program what{{[] {
                        while (x.load(relaxed) == 0) {
                          y.store(1, relaxed);
                          std::this_thread::yield();
                        }
                      },
                      [] { x.store(1, relaxed); }},
                     0};
  explore::options how = with_weak_memory();
  how.steps = 100;
  how.executions = 10'000;
  const answer got = explore_all(what, how);
  EXPECT_TRUE(got.found.passed()) << got.found;
  EXPECT_FALSE(got.found.complete) << got.found;
}

TEST(LitmusLoops, MoreValuesThanAReadChoosesFromAreReported) {
  const program what{{[] {
                        for (int i = 1; i <= 70; ++i) x.store(i, relaxed);
                        y.store(1, relaxed);
                      },
                      [] { r[0] = y.load(relaxed), r[1] = x.load(relaxed) != 0; }},
                     2};
  const answer got = explore_all(what, with_weak_memory());
  EXPECT_TRUE(got.found.passed()) << got.found;
  EXPECT_NE(got.found.text.find("64 values for a read"), std::string::npos) << got.found;
}

}  // namespace
}  // namespace litmus
