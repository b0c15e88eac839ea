// Semaphores under the interleavings of two threads, all of them, or of three, bounded.
#include <atomic>
#include <cassert>
#include <system_error>
#include <thread>

#include "quiesce/semaphore.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::unlimited;
using std::chrono::milliseconds;

TEST(SemaphoreScenario, WhatPrecedesAReleaseIsSeenAfterTheWait_A6) {
  explore_both(unlimited, unlimited, {"done"}, [] {
    q::semaphore semaphore(0);
    int data = 0;
    std::thread releaser([&] {
      data = 1;
      semaphore.release();
    });
    static_cast<void>(q::wait(semaphore));
    assert(data == 1);
    reach("done");
    releaser.join();
  });
}

TEST(SemaphoreScenario, AReleaseByTwoEndsTwoWaits_A6) {
  explore_both(3, 3, {"nobody had queued", "somebody had"}, [] {
    q::semaphore semaphore(0);
    std::atomic<int> ended{0};
    const auto wait = [&] {
      static_cast<void>(q::wait(semaphore));
      ended.fetch_add(1, std::memory_order_relaxed);
    };
    std::thread first(wait);
    std::thread second(wait);
    const std::uint32_t previous = semaphore.release(2);
    assert(previous == 0);
    reach(ended.load(std::memory_order_relaxed) == 0 ? "nobody had queued" : "somebody had");
    first.join();
    second.join();
    assert(!q::try_wait(semaphore));
  });
}

TEST(SemaphoreScenario, AReleaseMeetsATimeOutAndIsTakenOrStays_A6_B5) {
  explore_both(unlimited, unlimited, {"taken", "stays"}, [] {
    q::semaphore semaphore(0);
    std::thread releaser([&] { semaphore.release(); });
    const q::wait_result result = q::wait_for(semaphore, milliseconds(1));
    reach(result ? "taken" : "stays");
    releaser.join();
    assert(static_cast<bool>(q::try_wait(semaphore)) == !result);
    assert(!q::try_wait(semaphore));
  });
}

TEST(SemaphoreScenario, OfTwoReleasesAtAMaximumOfOneTheSecondFailsAndLosesNothing_A6) {
  explore_both(unlimited, unlimited, {"the other", "this one"}, [] {
    q::semaphore semaphore(0, 1);
    const auto release = [&] {
      try {
        return semaphore.release() == 0;
      } catch (const std::system_error&) {
        return false;
      }
    };
    bool other_did = false;
    std::thread other([&] { other_did = release(); });
    const bool did = release();
    other.join();
    assert(did != other_did);
    reach(did ? "this one" : "the other");
    assert(q::try_wait(semaphore) && !q::try_wait(semaphore));
  });
}

TEST(SemaphoreScenario, MayBeDestroyedByTheWaiterWhileReleaseIsReturning_A4_A6) {
  explore_both(unlimited, unlimited, {"had returned", "was returning"}, [] {
    auto* const semaphore = new q::semaphore(0);
    std::atomic<bool> has_returned{false};
    std::thread releaser([&] {
      semaphore->release();
      has_returned.store(true, std::memory_order_relaxed);
    });
    static_cast<void>(q::wait(*semaphore));
    delete semaphore;
    reach(has_returned.load(std::memory_order_relaxed) ? "had returned" : "was returning");
    releaser.join();
  });
}

}  // namespace
