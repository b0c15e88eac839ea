#include "quiesce/mutex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"
#include "wait/thread_record.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

// Whether another thread could take it; it gives it back at once.
bool is_free_for_another(q::mutex& mutex) {
  bool taken = false;
  std::thread([&] {
    taken = mutex.try_lock();
    if (taken) mutex.unlock();
  }).join();
  return taken;
}

TEST(Mutex, ItsOwnerMayTakeItAgainAndGivesItBackAsOften_A6) {
  q::mutex mutex;
  mutex.lock();
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_EQ(q::wait(mutex).status, q::wait_status::signalled);
  for (int turn = 0; turn < 2; ++turn) {
    mutex.unlock();
    EXPECT_FALSE(is_free_for_another(mutex));
  }
  mutex.unlock();
  EXPECT_TRUE(waiters_of::is_free(mutex));
  EXPECT_TRUE(is_free_for_another(mutex));
}

TEST(Mutex, WorksWithTheLocksOfTheStandard) {
  q::mutex a, b;
  {
    const std::lock_guard hold(a);
    EXPECT_FALSE(is_free_for_another(a));
  }
  {
    const std::scoped_lock hold(a, b);
    EXPECT_FALSE(is_free_for_another(a));
    EXPECT_FALSE(is_free_for_another(b));
  }
  {
    std::unique_lock first(a, std::defer_lock), second(b, std::defer_lock);
    std::lock(first, second);
    EXPECT_FALSE(is_free_for_another(a));
    first.unlock();
    EXPECT_TRUE(first.try_lock_for(30s));
  }
  EXPECT_TRUE(waiters_of::is_free(a));
  EXPECT_TRUE(waiters_of::is_free(b));
}

TEST(Mutex, ATryGivesUpAtItsLimitAndLeavesNothingBehind_B5) {
  q::mutex mutex;
  mutex.lock();
  std::thread([&] {
    EXPECT_FALSE(mutex.try_lock());
    EXPECT_FALSE(mutex.try_lock_for(0s));
    const auto limit = std::chrono::steady_clock::now() + 2ms;
    EXPECT_FALSE(mutex.try_lock_until(limit));
    EXPECT_GE(std::chrono::steady_clock::now(), limit);
    EXPECT_FALSE(waiters_of::any(mutex));
  }).join();
  mutex.unlock();
  EXPECT_TRUE(waiters_of::is_free(mutex));
  EXPECT_TRUE(mutex.try_lock_for(0s));
  mutex.unlock();
}

TEST(Mutex, OnlyItsOwnerGivesItBack_A6) {
  q::mutex mutex;
  EXPECT_THROW(mutex.unlock(), std::logic_error) << "nobody owns it";
  EXPECT_TRUE(waiters_of::is_free(mutex));
  mutex.lock();
  const std::uint64_t owned = waiters_of::raw_word(mutex);
  std::thread([&] { EXPECT_THROW(mutex.unlock(), std::logic_error); }).join();
  EXPECT_EQ(waiters_of::raw_word(mutex), owned) << "nothing has changed";
  mutex.unlock();
  EXPECT_THROW(mutex.unlock(), std::logic_error) << "once too often";
}

// A thread that waits for a mutex and, when it owns it, keeps it until it is let go.
class keeper {
 public:
  explicit keeper(q::mutex& mutex) : thread_([this, &mutex] { run(mutex); }) {}
  ~keeper() { let_go(); }

  void let_go() {
    go_ = true;
    if (thread_.joinable()) thread_.join();
  }
  bool has_it() const { return has_it_.load(); }

 private:
  void run(q::mutex& mutex) {
    mutex.lock();
    has_it_ = true;
    eventually([&] { return go_.load(); });
    mutex.unlock();
  }

  std::atomic<bool> has_it_{false};
  std::atomic<bool> go_{false};
  std::thread thread_;
};

TEST(Mutex, IsHandedToThoseWhoWaitInTheOrderOfTheirComing_A6) {
  q::mutex mutex;
  mutex.lock();
  std::vector<std::unique_ptr<keeper>> waiters;
  for (std::size_t i = 0; i < 3; ++i) {
    waiters.push_back(std::make_unique<keeper>(mutex));
    ASSERT_TRUE(eventually([&] { return waiters_of::count(mutex) == i + 1; }));
  }
  mutex.unlock();
  EXPECT_FALSE(mutex.try_lock()) << "it was handed over: nobody can overtake the first waiter";
  EXPECT_THROW(mutex.unlock(), std::logic_error);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(eventually([&] { return waiters[i]->has_it(); }));
    EXPECT_EQ(waiters_of::count(mutex), 2 - i);
    waiters[i]->let_go();
  }
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

TEST(Mutex, IsKeptThroughARecursionThatMeetsAWaiter_A6) {
  q::mutex mutex;
  mutex.lock();
  keeper waiter(mutex);
  ASSERT_TRUE(eventually([&] { return waiters_of::any(mutex); }));
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_TRUE(q::wait_for(mutex, 30s));
  mutex.unlock();
  mutex.unlock();
  EXPECT_TRUE(waiters_of::any(mutex)) << "the owner has it once more";
  mutex.unlock();
  EXPECT_TRUE(eventually([&] { return waiter.has_it(); }));
}

TEST(Mutex, CanBeTaken524287TimesAndAnOverflowChangesNothing_J4) {
  constexpr int most = 524287;
  q::mutex mutex;
  for (int turn = 0; turn < most; ++turn) mutex.lock();
  const std::uint64_t deepest = waiters_of::raw_word(mutex);
  EXPECT_THROW(mutex.lock(), std::logic_error);
  EXPECT_THROW(mutex.try_lock(), std::logic_error);
  EXPECT_THROW(mutex.try_lock_for(0s), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::wait_any({mutex})), std::logic_error);
  EXPECT_EQ(waiters_of::raw_word(mutex), deepest);
  mutex.unlock();
  EXPECT_TRUE(mutex.try_lock());
  for (int turn = 0; turn < most; ++turn) mutex.unlock();
  EXPECT_TRUE(waiters_of::is_free(mutex));
  EXPECT_TRUE(is_free_for_another(mutex));
}

TEST(Mutex, AnOverflowInAWaitForSeveralIsAnsweredOnlyIfItIsReached_B2_B3) {
  q::mutex full, behind, before;
  for (int turn = 0; turn < 524287; ++turn) full.lock();
  EXPECT_EQ(q::wait_any({before, full}).index, 0u) << "the lower one wins before the full one is reached";
  EXPECT_THROW(static_cast<void>(q::try_wait_any({full, behind})), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::try_wait_all({behind, full})), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::wait_all({behind, full})), std::logic_error);
  EXPECT_TRUE(waiters_of::is_free(behind)) << "and nothing was taken";
  for (int turn = 0; turn < 524287; ++turn) full.unlock();
  before.unlock();
}

TEST(Mutex, AnOverflowInAWaitForAllIsAnsweredThoughOthersAreMissingAndTakesNothing_B3) {
  q::mutex full;
  q::semaphore there(1);
  q::auto_reset_event silent;
  for (int turn = 0; turn < 524287; ++turn) full.lock();
  EXPECT_THROW(static_cast<void>(q::try_wait_all({there, full})), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::wait_all_for({there, full}, 30s)), std::logic_error);
  EXPECT_THROW(static_cast<void>(q::wait_all_for({there, full, silent}, 30s)), std::logic_error);
  EXPECT_EQ(there.release(0), 1u);
  EXPECT_FALSE(waiters_of::any(silent));
  for (int turn = 0; turn < 524287; ++turn) full.unlock();
}

TEST(Mutex, MayBeClosedByItsOwnerOrWhileAnotherThreadOwnsIt_A4) {
  {
    q::mutex mutex;
    mutex.lock();  // its last handle goes with its owner living on
  }
  std::optional<q::mutex> mutex(std::in_place);
  std::atomic<bool> owned{false}, go{false};
  std::thread owner([&] {
    q::mutex own = mutex->duplicate();
    own.lock();
    own = q::mutex();
    owned = true;
    eventually([&] { return go.load(); });
  });
  ASSERT_TRUE(eventually([&] { return owned.load(); }));
  mutex.reset();  // the last one: its owner destroys it
  go = true;
  owner.join();

  std::thread([] {
    q::mutex own;
    own.lock();
    own.lock();
  }).join();
}

TEST(Mutex, AWaiterKeepsTheMutexAliveWhoseHandlesAreClosed_A4) {
  std::optional<q::mutex> mutex(std::in_place);
  const q::handle_ref object = *mutex;
  q::wait_status status{};
  std::jthread waiter;
  std::thread([&] {
    mutex->lock();
    waiter = std::jthread([&, object] { status = q::wait(object).status; });
    EXPECT_TRUE(eventually([&] { return waiters_of::any(object); }));
    mutex.reset();
  }).join();
  waiter.join();  // it owns what nobody has a handle to, and ends
  EXPECT_EQ(status, q::wait_status::abandoned);
}

TEST(Mutex, ThreadsHaveNumbersOfTheirOwn) {
  constexpr std::size_t count = 16;
  std::vector<std::uint64_t> numbers(count);
  for (int round = 0; round < 2; ++round) {
    std::vector<std::jthread> threads;
    for (std::size_t i = round == 0 ? 0 : count / 2; i < count / (round == 0 ? 2 : 1); ++i) {
      threads.emplace_back([&own = numbers[i]] {
        own = q::thread_record::current().number();
        EXPECT_EQ(q::thread_record::current().number(), own);
      });
    }
  }
  EXPECT_EQ(std::set<std::uint64_t>(numbers.begin(), numbers.end()).size(), count) << "a number was given out twice";
  EXPECT_EQ(std::set<std::uint64_t>(numbers.begin(), numbers.end()).count(0), 0u);
}

}  // namespace
