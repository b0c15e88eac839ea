// Mutexes that registered waits take for their callbacks.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "handle/mutex_word.hpp"
#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"
#include "support/queued_waiters.hpp"
#include "support/waiters_of.hpp"
#include "wait/thread_record.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;
using support::waiters_of;

bool is_abandoned(const q::mutex& mutex) { return waiters_of::raw_word(mutex) == q::object_word::abandoned; }

// Whether the calling thread owns it, and has taken it once.
bool is_owned_once(const q::mutex& mutex) {
  const std::uint64_t word = waiters_of::raw_word(mutex);
  return q::mutex_word::owner(word) == q::thread_record::current().number() && q::mutex_word::depth(word) == 1;
}

void abandon(q::mutex& mutex) {
  std::thread([&] { mutex.lock(); }).join();
}

TEST(ConsumedMutex, TheThreadOfTheCallbackOwnsIt_A6_C4) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  q::wait_result result{};
  bool owned = false, another_has_it = true;
  q::registered_wait wait(pool, [&](q::callback_scope& scope) {
    result = scope.result();
    owned = is_owned_once(mutex);
    std::thread([&] { another_has_it = mutex.try_lock(); }).join();
    mutex.lock();
    mutex.unlock();
    mutex.unlock();
  });
  EXPECT_EQ(wait.arm(mutex), q::arm_status::armed);
  wait.wait_for_callbacks();
  EXPECT_EQ(result.status, q::wait_status::signalled);
  EXPECT_EQ(result.index, 0u);
  EXPECT_TRUE(owned);
  EXPECT_FALSE(another_has_it);
  EXPECT_TRUE(waiters_of::is_free(mutex)) << "given back, not abandoned";
}

TEST(ConsumedMutex, WhileTheCallbackIsDueItIsNobodysAndNotFree_A6) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  held_worker worker(pool);
  q::registered_wait first(pool, [&](q::callback_scope&) { mutex.unlock(); });
  q::registered_wait second(pool, [&](q::callback_scope&) { mutex.unlock(); });
  first.arm(mutex);
  second.arm(mutex);
  EXPECT_EQ(second.in_flight().size(), 0u) << "one of them at a time";
  EXPECT_FALSE(mutex.try_lock());
  EXPECT_EQ(q::try_wait_all({mutex}).status, q::wait_status::timed_out);
  EXPECT_THROW(mutex.unlock(), std::logic_error);
  support::queued_waiters third(mutex);
  ASSERT_TRUE(third.add());
  worker.release();
  ASSERT_TRUE(eventually([&] { return third.has_ended(0); })) << "after both callbacks";
  first.wait_for_callbacks();
  second.wait_for_callbacks();
}

TEST(ConsumedMutex, WhatACallbackHasNotGivenBackAtItsReturnIsAbandoned_A6) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    if (++calls == 2) {
      mutex.lock();
      mutex.lock();
    }
    if (calls == 3) mutex.unlock();
    if (calls == 3) mutex.lock();
  });
  for (int turn = 1; turn <= 3; ++turn) {
    wait.arm(mutex);
    wait.wait_for_callbacks();
    ASSERT_EQ(calls, turn);
    ASSERT_TRUE(is_abandoned(mutex)) << turn;
    EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::abandoned);
    mutex.unlock();
    EXPECT_TRUE(waiters_of::is_free(mutex));
  }
}

TEST(ConsumedMutex, ANextCallbackOnTheSameThreadDoesNotEnterItAgain_A6) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::mutex mutex;
  std::vector<q::wait_status> told;
  const auto keep_it = [&](q::callback_scope& scope) { told.push_back(scope.result().status); };
  q::registered_wait first(pool, keep_it), second(pool, keep_it);
  {
    const held_worker worker(pool);
    first.arm(mutex);
    second.arm(mutex);
  }
  first.wait_for_callbacks();
  ASSERT_TRUE(eventually([&] { return is_abandoned(mutex); }));
  second.wait_for_callbacks();
  EXPECT_EQ(told, (std::vector{q::wait_status::signalled, q::wait_status::abandoned}));
}

TEST(ConsumedMutex, TheCallbackIsToldThatAThreadHasAbandonedIt_A6) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  std::optional<q::wait_result> result;
  q::registered_wait wait(pool, [&](q::callback_scope& scope) {
    result = scope.result();
    mutex.unlock();
  });
  abandon(mutex);
  wait.arm(mutex);  // finds it
  wait.wait_for_callbacks();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, q::wait_status::abandoned);
  EXPECT_EQ(result->index, 0u);
  EXPECT_TRUE(waiters_of::is_free(mutex));
  result.reset();
  q::auto_reset_event locked, go_on;
  std::thread owner([&] {
    mutex.lock();
    locked.set();
    EXPECT_TRUE(q::wait_for(go_on, 30s));
  });
  ASSERT_TRUE(q::wait_for(locked, 30s));
  wait.arm(mutex);  // waits for it
  go_on.set();
  owner.join();
  wait.wait_for_callbacks();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, q::wait_status::abandoned);
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

TEST(ConsumedMutex, IsUnlockedAtTheReturnOfItsCallback_A6_C9) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  bool owned = false;
  q::registered_wait wait(pool, [&](q::callback_scope& scope) {
    scope.set_on_return(mutex);
    owned = is_owned_once(mutex);
  });
  wait.arm(mutex);
  wait.wait_for_callbacks();
  EXPECT_TRUE(owned);
  EXPECT_TRUE(waiters_of::is_free(mutex)) << "given back, not abandoned";
}

TEST(ConsumedMutex, ACallbackThatIsTakenBackGivesItBackAsItWas_A6_D5) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  q::mutex mutex, left;
  q::registered_wait wait(pool, [](q::callback_scope&) { ADD_FAILURE() << "it was taken back"; });
  abandon(left);
  wait.arm(mutex);
  wait.arm(left);
  ASSERT_EQ(wait.in_flight().size(), 2u);
  EXPECT_FALSE(q::try_wait(mutex));
  EXPECT_FALSE(q::try_wait(left));
  wait.wait_for_callbacks(q::pending::cancel);
  EXPECT_TRUE(waiters_of::is_free(mutex));
  EXPECT_TRUE(is_abandoned(left)) << "the next is told what the callback would have been";
  worker.release();
  wait.stop();
}

TEST(ConsumedMutex, WhatIsTakenBackGoesToTheFirstWhoWaitsBeItTheSameWait_A6_D5) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  q::mutex mutex;
  int calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    ++calls;
    mutex.unlock();
  });
  support::queued_waiters thread(mutex);
  wait.arm(mutex);
  wait.arm(mutex);  // waits for what its own callback holds
  ASSERT_TRUE(thread.add());
  wait.wait_for_callbacks(q::pending::cancel);
  EXPECT_EQ(wait.in_flight().size(), 1u) << "it was the first";
  EXPECT_FALSE(thread.has_ended(0));
  wait.wait_for_callbacks(q::pending::cancel);
  ASSERT_TRUE(eventually([&] { return thread.has_ended(0); }));
  worker.release();
  wait.stop();
  EXPECT_EQ(calls, 0);
}

TEST(ConsumedMutex, AWaitThatRepeatsGoesOnAfterItsCallbackWasTakenBack_A6_C4) {
  q::thread_pool pool({.running = 1});
  held_worker worker(pool);
  q::mutex mutex;
  std::atomic<int> calls{0};
  q::registered_wait wait = pool.register_wait(mutex, [&](q::callback_scope& scope) {
    if (++calls == 3) scope.arm(q::auto_reset_event());
    mutex.unlock();
  });
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_EQ(wait.in_flight().size(), 1u);
    wait.wait_for_callbacks(q::pending::cancel);  // it is free, and so taken again at once
  }
  worker.release();
  ASSERT_TRUE(eventually([&] { return calls == 3 && waiters_of::is_free(mutex) && !waiters_of::any(mutex); }));
  wait.stop();
  EXPECT_EQ(calls, 3);
}

TEST(ConsumedMutex, TheCallbackOfAWaitThatRepeatsMayUnlockItAndTakeItAgain_A6_C4) {
  q::thread_pool pool({.running = 2});
  q::mutex mutex;
  std::atomic<int> calls{0}, taken{0};
  q::registered_wait wait = pool.register_wait(mutex, [&](q::callback_scope&) {
    mutex.unlock();
    if (mutex.try_lock()) {
      ++taken;
      mutex.unlock();
    }
    ++calls;
  });
  ASSERT_TRUE(eventually([&] { return calls >= 3; }));
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(taken, calls);
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

TEST(ConsumedMutex, AStopFromInsideGivesWhatItDropsBack_A6_D3) {
  q::thread_pool pool({.running = 1});
  q::mutex a, b;
  bool kept = false, given_back = false;
  std::optional<q::registered_wait> wait;
  q::stop_result result{};
  wait.emplace(pool, [&](q::callback_scope&) {
    result = wait->stop();
    kept = is_owned_once(a);
    given_back = waiters_of::is_free(b);
    a.unlock();
  });
  {
    const held_worker worker(pool);
    wait->arm(a);
    wait->arm(b);
  }
  wait->wait_for_callbacks();
  ASSERT_TRUE(q::wait_for(wait->stopped(), 30s));
  EXPECT_EQ(result.status, q::stop_status::deferred);
  EXPECT_EQ(result.dropped, 1u);
  EXPECT_TRUE(kept);
  EXPECT_TRUE(given_back);
  EXPECT_TRUE(waiters_of::is_free(a));
}

TEST(ConsumedMutex, AStopByTheOnlyThreadOfAPoolGivesItBack_A6_D3) {
  q::thread_pool pool({.running = 1, .maximum = 1});
  q::mutex mutex;
  q::registered_wait wait(pool, [](q::callback_scope&) { ADD_FAILURE() << "nobody could make it"; });
  q::auto_reset_event done;
  bool given_back = false;
  pool.post([&] {
    wait.arm(mutex);
    EXPECT_FALSE(mutex.try_lock());
    EXPECT_EQ(wait.stop().dropped, 1u);
    given_back = waiters_of::is_free(mutex);
    done.set();
  });
  ASSERT_TRUE(q::wait_for(done, 30s));
  EXPECT_TRUE(given_back);
}

TEST(ConsumedMutex, EachOfSeveralThatAreDueHasItsOwnInTheOrderOfTheSignals_A6_C4) {
  q::thread_pool pool({.running = 1});
  std::vector<std::unique_ptr<q::mutex>> all;
  for (int i = 0; i < 3; ++i) all.push_back(std::make_unique<q::mutex>());
  abandon(*all[2]);
  std::string order;
  q::registered_wait wait(pool, [&](q::callback_scope& scope) {
    char owned = '-';
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_owned_once(*all[i])) continue;
      owned = owned == '-' ? static_cast<char>('0' + i) : '?';
      all[i]->unlock();
    }
    order += owned;
    if (scope.result().status == q::wait_status::abandoned) order += '!';
  });
  {
    const held_worker worker(pool);
    const q::manual_reset_event event(true);
    for (q::handle_ref each : {q::handle_ref(*all[0]), q::handle_ref(event), q::handle_ref(event),
                               q::handle_ref(*all[1]), q::handle_ref(*all[2]), q::handle_ref(event)}) {
      wait.arm(each);
    }
  }
  wait.wait_for_callbacks();
  EXPECT_EQ(order, "0--12!-");
}

TEST(ConsumedMutex, WhoOwnsItMayArmAndTheCallbackFollowsTheUnlock_A6) {
  q::thread_pool pool({.running = 1});
  q::mutex mutex;
  q::auto_reset_event called;
  q::wait_status told{};
  q::registered_wait wait(pool, [&](q::callback_scope& scope) {
    told = scope.result().status;
    if (scope.result()) mutex.unlock();
    called.set();
  });
  mutex.lock();
  wait.arm(mutex, 0s);
  ASSERT_TRUE(q::wait_for(called, 30s));
  EXPECT_EQ(told, q::wait_status::timed_out) << "and owns nothing";
  wait.wait_for_callbacks();
  wait.arm(mutex);
  EXPECT_TRUE(wait.in_flight().empty());
  mutex.unlock();
  ASSERT_TRUE(q::wait_for(called, 30s));
  wait.wait_for_callbacks();
  EXPECT_EQ(told, q::wait_status::signalled);
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

// The wait lets go of what it was armed with when it is disarmed. So the callback that is due is all that is left.
TEST(ConsumedMutex, LivesWithoutAHandleUntilItsCallbackHasReturnedOrIsDropped_A6_A4) {
  q::thread_pool pool({.running = 1});
  std::optional<q::mutex> mutex;
  bool closes_inside = false;
  q::registered_wait wait(pool, [&](q::callback_scope&) {
    if (!closes_inside) return;
    mutex->unlock();
    mutex.reset();
  });
  for (const bool inside : {false, true}) {
    closes_inside = inside;
    mutex.emplace();
    {
      const held_worker worker(pool);
      wait.arm(*mutex);
      EXPECT_FALSE(wait.disarm());
      if (!inside) mutex.reset();
    }
    wait.wait_for_callbacks();
    EXPECT_FALSE(mutex.has_value());
  }
  const held_worker worker(pool);
  mutex.emplace();
  wait.arm(*mutex);
  EXPECT_FALSE(wait.disarm());
  mutex.reset();
  wait.wait_for_callbacks(q::pending::cancel);
}

}  // namespace
