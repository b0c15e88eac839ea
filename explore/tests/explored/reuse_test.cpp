// Freed memory that is handed out again.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

options with_reuse(std::uint32_t most, strategy by = strategy::automatic) {
  options how;
  how.name = "reuse";
  how.reuse = most;
  how.search = by;
  return how;
}

// Not inlined, or the optimizer would leave both out.
[[gnu::noinline]] int* make() { return new int(0); }
[[gnu::noinline]] std::uintptr_t free_it(int* what) {
  const auto address = reinterpret_cast<std::uintptr_t>(what);
  delete what;
  return address;
}
std::uintptr_t address_of(const int* what) { return reinterpret_cast<std::uintptr_t>(what); }

// A cache that takes an address for the identity of what lies there.
struct settings {
  explicit settings(int given) : value(given) {}
  int value;
};
std::mutex guard;
std::unique_ptr<settings> current;

void cached_by_address() {
  current = std::make_unique<settings>(1);
  std::thread changes([] {
    const std::lock_guard hold(guard);
    current.reset();
    current = std::make_unique<settings>(2);
  });
  const settings* known = nullptr;
  int value = 0;
  for (int i = 0; i < 2; ++i) {
    const std::lock_guard hold(guard);
    if (known != current.get()) {
      known = current.get();
      value = known->value;
    }
    assert(value == current->value);
  }
  changes.join();
  current.reset();
}

}  // namespace

TEST(Reuse, WithoutItAnAddressBelongsToOneBlock) {
  const report found = check(cached_by_address, with_reuse(0));
  EXPECT_TRUE(found.passed() && found.complete) << found;
  EXPECT_NE(found.text.find("reuse of freed memory"), std::string::npos) << found;
}

TEST(Reuse, EveryStrategyFindsWhatAnAddressThatComesAgainDoes) {
  for (const strategy each :
       {strategy::automatic, strategy::exhaustive, strategy::depth_first, strategy::bounded, strategy::random}) {
    const report found = check(cached_by_address, with_reuse(1, each));
    ASSERT_EQ(found.kind, verdict::failed_assertion) << explore::name_of(each) << found;
    EXPECT_NE(found.text.find("freed before"), std::string::npos) << found;
    options again = with_reuse(0);
    again.replay = found.schedule;
    const report replayed = check(cached_by_address, again);
    EXPECT_EQ(replayed.kind, verdict::failed_assertion) << explore::name_of(each) << replayed;
    EXPECT_EQ(replayed.schedule, found.schedule);
  }
}

TEST(Reuse, HappensAtMostAsOftenAsAllowed) {
  const auto program = [] {
    const std::uintptr_t first = free_it(make());
    const std::uintptr_t second = free_it(make());
    const std::uintptr_t third = free_it(make());
    assert(first != second || second != third);
  };
  const report once = check(program, with_reuse(1));
  EXPECT_TRUE(once.passed() && once.complete) << once;
  EXPECT_NE(once.text.find("at most 1 uses of freed memory in an execution"), std::string::npos) << once;
  EXPECT_EQ(check(program, with_reuse(2)).kind, verdict::failed_assertion);
}

TEST(Reuse, TakesTheNewestFreedBlockOfTheSameSize) {
  const report found = check(
      [] {
        int* const first = make();
        int* const second = make();
        std::free(std::malloc(100));
        free_it(first);
        const std::uintptr_t newest = free_it(second);
        int* const again = make();
        assert(address_of(again) == newest || address_of(again) > newest);
        delete again;
      },
      with_reuse(2));
  EXPECT_TRUE(found.passed() && found.complete) << found;
  EXPECT_EQ(found.executions, 2U) << found;
}

TEST(Reuse, TheFreeHappensBeforeTheAllocationThatTakesItsMemory) {
  const report found = check(
      [] {
        int* const freed = make();
        std::thread other([freed] { free_it(freed); });
        int* const made = make();
        *made = 1;
        other.join();
        delete made;
      },
      with_reuse(1));
  EXPECT_TRUE(found.passed() && found.complete) << found;
  EXPECT_GE(found.executions, 3U) << found;
}

// The allocator tells of one free what it must, and of others nothing.
TEST(Reuse, AnAllocationGivesNoOrderWithOtherFrees) {
  const report found = check(
      [] {
        static int plain;
        int* const first = make();
        int* const second = make();
        std::thread other([first, second] {
          free_it(first);
          plain = 1;
          free_it(second);
        });
        int* const made = make();
        if (address_of(made) == address_of(first)) assert(plain == 0);
        other.join();
        delete made;
      },
      with_reuse(1));
  EXPECT_EQ(found.kind, verdict::data_race) << found;
}

TEST(Reuse, AnOldPointerReachesTheNewObjectAndElseFreedMemory) {
  const auto write_by = [](bool only_the_new) {
    int* const old = make();
    free_it(old);
    int* const made = make();
    if (made == old || !only_the_new) *old = 1;
    delete made;
  };
  const report right = check([&] { write_by(true); }, with_reuse(1));
  EXPECT_TRUE(right.passed() && right.complete) << right;
  EXPECT_EQ(right.executions, 2U);
  EXPECT_EQ(check([&] { write_by(false); }, with_reuse(1)).kind, verdict::use_after_free);
}

TEST(Reuse, AFreedBlockIsFreedOnlyOnceMore) {
  EXPECT_EQ(check(
                [] {
                  int* const old = make();
                  free_it(old);
                  delete make();
                  free_it(old);
                },
                with_reuse(1))
                .kind,
            verdict::double_free);
}

// Who waits at the new one has missed nothing, though the old one was notified while nobody waited there. What was released to
// an old one needs no test: whoever may use the new one knows what the free knew, and so all of that.
TEST(Reuse, ObjectsInTheMemoryBeginAnew) {
  const report found = check(
      [] {
        auto* const old = new pthread_cond_t(PTHREAD_COND_INITIALIZER);
        const auto address = reinterpret_cast<std::uintptr_t>(old);
        pthread_cond_signal(old);
        delete old;
        auto* const made = new pthread_cond_t(PTHREAD_COND_INITIALIZER);
        pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        pthread_mutex_lock(&lock);
        if (reinterpret_cast<std::uintptr_t>(made) == address) pthread_cond_wait(made, &lock);
        pthread_mutex_unlock(&lock);
        delete made;
      },
      with_reuse(1));
  EXPECT_EQ(found.kind, verdict::blocked) << found;
}

TEST(Reuse, AnAtomicInTheMemoryHasNoValueOfTheOldOne) {
  options how = with_reuse(1);
  how.memory = explore::memory_model::weak;
  const report found = check(
      [] {
        auto* const old = new std::atomic<int>(1);
        old->store(2);
        delete old;
        auto* const made = new std::atomic<int>(3);
        std::thread other([made] { assert(made->load(std::memory_order_relaxed) == 3); });
        other.join();
        delete made;
      },
      how);
  EXPECT_TRUE(found.passed() && found.complete) << found;
  EXPECT_GE(found.executions, 2U);
}

TEST(Reuse, TheReductionFindsAsManyStatesAsEveryInterleavingHas) {
  const auto program = [] {
    static std::atomic<std::uintptr_t> seen[2];
    const auto use = [](int which) {
      seen[which] = free_it(make());
      seen[which] = free_it(make());
    };
    std::thread other([&use] { use(0); });
    use(1);
    other.join();
  };
  const report reduced = check(program, with_reuse(2, strategy::exhaustive));
  const report all = check(program, with_reuse(2, strategy::depth_first));
  ASSERT_TRUE(reduced.complete && all.complete) << reduced << all;
  EXPECT_EQ(reduced.states, all.states);
  EXPECT_EQ(reduced.digest, all.digest);
}

TEST(Reuse, OfTwoAllocationsEitherMayTakeTheNewestBlock) {
  struct block {
    char bytes[48];
  };
  const auto program = [] {
    auto* const older = new block;
    auto* const newest = new block;
    const auto first = reinterpret_cast<std::uintptr_t>(newest);
    const auto second = reinterpret_cast<std::uintptr_t>(older);
    delete older;
    delete newest;
    block* others = nullptr;
    std::thread other([&others] { others = new block; });
    auto* const mine = new block;
    other.join();
    const auto taken = std::pair(reinterpret_cast<std::uintptr_t>(mine), reinterpret_cast<std::uintptr_t>(others));
    if (taken == std::pair(first, second)) explore::reach("main is first");
    if (taken == std::pair(second, first)) explore::reach("the other thread is first");
    delete mine;
    delete others;
  };
  options how = with_reuse(2, strategy::exhaustive);
  how.must_reach = {"main is first", "the other thread is first"};
  const report found = check(program, how);
  EXPECT_TRUE(found.passed() && found.complete) << found;
}
