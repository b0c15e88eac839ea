// What becomes of a mutex whose owner ends without giving it back.
#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"
#include "wait/queue_lock.hpp"
#include "wait/waiter.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

bool is_abandoned(const q::mutex& mutex) { return (waiters_of::raw_word(mutex) & q::object_word::abandoned) != 0; }

template <class Locks>
void on_a_thread_that_ends(Locks locks) {
  std::thread(locks).join();
}

void abandon(q::mutex& mutex) {
  on_a_thread_that_ends([&] { mutex.lock(); });
}

TEST(AbandonedMutex, TheNextWaitTakesItAndIsTold_A6) {
  q::mutex mutex;
  abandon(mutex);
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::abandoned);
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::signalled) << "told once; the owner may take it again";
  mutex.unlock();
  mutex.unlock();
  EXPECT_TRUE(waiters_of::is_free(mutex));
  EXPECT_EQ(q::wait(mutex).status, q::wait_status::signalled);
  mutex.unlock();
}

TEST(AbandonedMutex, LockTakesItAsWellAndTheNextOwnerIsNotTold_A6) {
  q::mutex mutex;
  for (const bool tries : {false, true}) {
    abandon(mutex);
    if (tries) {
      EXPECT_TRUE(mutex.try_lock());
    } else {
      mutex.lock();
    }
    mutex.unlock();
    EXPECT_TRUE(waiters_of::is_free(mutex));
  }
}

TEST(AbandonedMutex, IsFreeHoweverOftenItsOwnerHadTakenIt_A6) {
  q::mutex mutex;
  on_a_thread_that_ends([&] {
    for (int turn = 0; turn < 3; ++turn) mutex.lock();
  });
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::abandoned);
  mutex.unlock();
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

TEST(AbandonedMutex, GoesToTheFirstWhoWaitsAndHeIsTold_A6) {
  q::mutex mutex;
  q::wait_status first{}, second{};
  std::jthread waits_first, waits_next;
  on_a_thread_that_ends([&] {
    mutex.lock();
    waits_first = std::jthread([&] {
      first = q::wait(mutex).status;
      mutex.unlock();
    });
    EXPECT_TRUE(eventually([&] { return waiters_of::count(mutex) == 1; }));
    waits_next = std::jthread([&] {
      second = q::wait_for(mutex, 30s).status;
      mutex.unlock();
    });
    EXPECT_TRUE(eventually([&] { return waiters_of::count(mutex) == 2; }));
  });
  waits_first.join();
  waits_next.join();
  EXPECT_EQ(first, q::wait_status::abandoned);
  EXPECT_EQ(second, q::wait_status::signalled) << "it was given back properly";
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

TEST(AbandonedMutex, AWaitForAnyIsToldWhichOfThemWasAbandoned_A6_B2) {
  q::mutex mutex, owned;
  q::auto_reset_event silent;
  abandon(mutex);
  const q::wait_result found = q::wait_any({silent, mutex});
  EXPECT_EQ(found.status, q::wait_status::abandoned);
  EXPECT_EQ(found.index, 1u);
  mutex.unlock();

  q::wait_result result{};
  std::jthread waiter;
  on_a_thread_that_ends([&] {
    owned.lock();
    waiter = std::jthread([&] {
      result = q::wait_any({silent, silent, owned});
      owned.unlock();
    });
    EXPECT_TRUE(eventually([&] { return waiters_of::any(owned); }));
  });
  waiter.join();
  EXPECT_EQ(result.status, q::wait_status::abandoned);
  EXPECT_EQ(result.index, 2u);
  EXPECT_TRUE(waiters_of::is_free(owned));
}

TEST(AbandonedMutex, StaysAbandonedWhenASignalOfALowerIndexIsTaken_A6_B2) {
  q::mutex mutex;
  q::semaphore signalled(1);
  abandon(mutex);
  const q::wait_result result = q::wait_any({signalled, mutex});
  EXPECT_EQ(result.status, q::wait_status::signalled);
  EXPECT_EQ(result.index, 0u);
  EXPECT_TRUE(is_abandoned(mutex));
  EXPECT_EQ(q::wait_any({signalled, mutex}).status, q::wait_status::abandoned);
  mutex.unlock();
}

TEST(AbandonedMutex, AWaitForAllIsToldWithoutAnIndex_A6_B3) {
  q::mutex abandoned, whole;
  q::auto_reset_event event(true);
  abandon(abandoned);
  const q::wait_result found = q::wait_all({event, whole, abandoned});
  EXPECT_EQ(found.status, q::wait_status::abandoned);
  EXPECT_EQ(found.index, q::wait_result::none);
  EXPECT_FALSE(is_abandoned(abandoned)) << "told once";
  abandoned.unlock();
  whole.unlock();
  EXPECT_TRUE(waiters_of::is_free(abandoned));
  EXPECT_TRUE(waiters_of::is_free(whole));
}

TEST(AbandonedMutex, StaysAbandonedWhenAWaitForAllDoesNotTakeIt_A6_B3) {
  q::mutex mutex;
  q::auto_reset_event silent;
  abandon(mutex);
  EXPECT_EQ(q::try_wait_all({mutex, silent}).status, q::wait_status::timed_out);
  EXPECT_EQ(q::wait_all_for({silent, mutex}, 1ms).status, q::wait_status::timed_out);
  EXPECT_TRUE(is_abandoned(mutex));
  silent.set();
  EXPECT_EQ(q::try_wait_all({mutex, silent}).status, q::wait_status::abandoned);
  mutex.unlock();
}

TEST(AbandonedMutex, AWaitForAllThatBlocksIsToldInWhicheverOrderItIsCompleted_A6_B3) {
  for (const bool event_first : {false, true}) {
    q::mutex mutex;
    q::auto_reset_event event;
    q::wait_result result{};
    std::jthread waiter;
    on_a_thread_that_ends([&] {
      mutex.lock();
      waiter = std::jthread([&] {
        result = q::wait_all({event, mutex});
        mutex.unlock();
      });
      EXPECT_TRUE(eventually([&] { return waiters_of::any(mutex); }));
      if (event_first) event.set();
    });
    if (!event_first) event.set();
    waiter.join();
    EXPECT_EQ(result.status, q::wait_status::abandoned) << event_first;
    EXPECT_EQ(result.index, q::wait_result::none);
    EXPECT_TRUE(waiters_of::is_free(mutex));
    EXPECT_FALSE(q::try_wait(event));
  }
}

// Stands in the queue of a mutex, notes that the mutex was offered, and lets it go to the next.
class onlooker final : private q::wait_block {
 public:
  onlooker(q::mutex& mutex, int name, std::vector<int>& offered) : name_(name), offered_(offered) {
    place_.block = this;
    place_.object = q::handle_ref(mutex).object();
    q::queue_lock lock(*place_.object);
    lock.append(place_);
  }

 private:
  claimed claim(q::waiter&, q::wait_status how) noexcept override {
    EXPECT_EQ(how, q::wait_status::abandoned);
    offered_.push_back(name_);
    return claimed::lost;
  }
  void tell(q::waiter&) noexcept override {}

  const int name_;
  std::vector<int>& offered_;
  q::waiter place_;
};

TEST(AbandonedMutex, SeveralAreAbandonedInTheReverseOrderInWhichTheyWereTaken_A6) {
  std::vector<int> offered;
  q::mutex first, second, third, fourth;
  std::vector<std::unique_ptr<onlooker>> onlookers;
  on_a_thread_that_ends([&] {
    first.lock();
    EXPECT_TRUE(q::try_wait(second));
    third.lock();
    EXPECT_EQ(q::wait_all({fourth, first}).status, q::wait_status::signalled);
    third.unlock();
    third.lock();
    first.lock();  // a recursion does not make it a newer one
    q::mutex* const all[] = {&first, &second, &third, &fourth};
    for (int i = 0; i < 4; ++i) onlookers.push_back(std::make_unique<onlooker>(*all[i], i + 1, offered));
  });
  EXPECT_EQ(offered, (std::vector<int>{3, 4, 2, 1}));
  for (q::mutex* const mutex : {&first, &second, &third, &fourth}) EXPECT_TRUE(is_abandoned(*mutex));
}

struct at_thread_end {
  q::mutex* locks = nullptr;
  q::mutex* unlocks = nullptr;
  ~at_thread_end() {
    if (locks != nullptr) locks->lock();
    if (unlocks != nullptr) unlocks->unlock();
  }
};

TEST(AbandonedMutex, WhatThreadLocalVariablesStillGiveBackIsNotAbandonedAndWhatTheyTakeIs_A6) {
  q::mutex given_back, taken;
  on_a_thread_that_ends([&] {
    static thread_local at_thread_end end;
    end.locks = &taken;
    end.unlocks = &given_back;
    given_back.lock();
  });
  EXPECT_TRUE(waiters_of::is_free(given_back));
  EXPECT_EQ(q::try_wait(taken).status, q::wait_status::abandoned);
  taken.unlock();

  on_a_thread_that_ends([&] {  // its first mutex is that of a thread_local variable
    static thread_local at_thread_end end;
    end.locks = &taken;
  });
  EXPECT_EQ(q::try_wait(taken).status, q::wait_status::abandoned);
  taken.unlock();
}

TEST(AbandonedMutex, WhatIsTakenAfterTheThreadGaveUpWhatItOwnedIsAbandonedToo_A6) {
  q::mutex owned, taken;
  pthread_key_t later;  // than the library's, so its value is destroyed after what was owned has been abandoned
  ASSERT_EQ(::pthread_key_create(&later, [](void* mutex) { static_cast<q::mutex*>(mutex)->lock(); }), 0);
  on_a_thread_that_ends([&] {
    owned.lock();
    ASSERT_EQ(::pthread_setspecific(later, &taken), 0);
  });
  ::pthread_key_delete(later);
  EXPECT_EQ(q::try_wait(owned).status, q::wait_status::abandoned);
  EXPECT_EQ(q::try_wait(taken).status, q::wait_status::abandoned);
  owned.unlock();
  taken.unlock();
}

TEST(AbandonedMutex, WhatAWorkerHasNotGivenBackIsAbandonedWithItsPool_A6) {
  q::mutex mutex;
  {
    q::thread_pool pool({.running = 1});
    q::auto_reset_event locked;
    pool.post([&] {
      mutex.lock();
      locked.set();
    });
    ASSERT_TRUE(q::wait_for(locked, 30s));
    EXPECT_FALSE(mutex.try_lock()) << "its worker still lives";
  }
  EXPECT_EQ(q::wait_for(mutex, 30s).status, q::wait_status::abandoned);
  mutex.unlock();
}

}  // namespace
