// A mutex that is held during a stop and taken by what the stop waits for: the process ends with a report, and never hangs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

class StopWithMutexDeathTest : public testing::Test {
 protected:
  StopWithMutexDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// In the process that is to die: one that hangs ends by itself, with another answer.
void give_up_after_a_while() { ::alarm(20); }

// This thread owns the mutex, and `stop`s a work whose callback waits for it in `take`. Either of the two comes second.
void hold_and_stop(bool stop_comes_second, const std::function<void(q::mutex&)>& take,
                   const std::function<void(std::unique_ptr<q::pool_work>&, q::thread_pool&)>& stop) {
  give_up_after_a_while();
  q::thread_pool pool({.name = "pool", .running = 1});
  q::mutex mutex;
  mutex.set_name("state");
  std::atomic<bool> runs{false};
  std::unique_ptr<q::pool_work> work;
  work = std::make_unique<q::pool_work>(
      pool,
      [&] {
        runs = true;
        if (!stop_comes_second) eventually([&] { return waiters_of::any(work->stopped()); });
        take(mutex);
      },
      q::work_options{.name = "reader"});
  mutex.lock();
  work->submit();
  eventually([&] { return stop_comes_second ? waiters_of::any(mutex) : runs.load(); });
  stop(work, pool);
}

const auto lock = [](q::mutex& mutex) { mutex.lock(); };
const auto stop_work = [](std::unique_ptr<q::pool_work>& work, q::thread_pool&) { work->stop(); };

TEST_F(StopWithMutexDeathTest, IsReportedWithNamesAndPlacesWhenTheStopComesSecond_D6) {
  EXPECT_DEATH(
      hold_and_stop(true, lock, stop_work),
      "in a circle through a mutex: the wait for the mutex .state. .*stop_with_mutex_test.cpp:[0-9]+., whose owner "
      "is in the stop of .reader. .*stop_with_mutex_test.cpp:[0-9]+., whose callback is in the wait for the mutex");
}

TEST_F(StopWithMutexDeathTest, IsReportedWhenTheCallbackComesSecond_D6) {
  EXPECT_DEATH(hold_and_stop(false, lock, stop_work), "circle through a mutex.*.state.*.reader.");
}

TEST_F(StopWithMutexDeathTest, IsReportedHoweverTheMutexIsWaitedFor_D6) {
  const q::manual_reset_event there(true), other;
  EXPECT_DEATH(hold_and_stop(
                   true, [](q::mutex& m) { static_cast<void>(q::wait(m)); }, stop_work),
               "through a mutex");
  EXPECT_DEATH(hold_and_stop(
                   true,
                   [&](q::mutex& m) {
                     static_cast<void>(q::wait_all({there, m}));
                   },
                   stop_work),
               "through a mutex.*.state.*.reader.");
  EXPECT_DEATH(hold_and_stop(
                   true, [&](q::mutex& m) { static_cast<void>(q::signal_and_wait(other, m)); }, stop_work),
               "through a mutex.*.state.*.reader.");
}

TEST_F(StopWithMutexDeathTest, IsReportedWithTheMutexThatClosesTheCircleAndNoOther_D6) {
  const auto take_with_another = [](q::mutex& m) {
    q::mutex innocent;
    innocent.set_name("innocent");
    q::auto_reset_event owned, never_set;
    const std::thread owner([&] {
      innocent.lock();
      owned.set();
      static_cast<void>(q::wait(never_set));
    });
    static_cast<void>(q::wait(owned));
    static_cast<void>(q::wait_all({innocent, m}));
  };
  EXPECT_DEATH(hold_and_stop(true, take_with_another, stop_work),
               "the wait for the mutex .state. [^,]*, whose owner is in the stop of .reader.");
}

TEST_F(StopWithMutexDeathTest, IsReportedHoweverTheEndIsWaitedFor_D6) {
  const auto destroy = [](std::unique_ptr<q::pool_work>& work, q::thread_pool&) { work.reset(); };
  const auto wait = [](std::unique_ptr<q::pool_work>& work, q::thread_pool&) { work->wait_for_callbacks(); };
  const auto stop_group = [](std::unique_ptr<q::pool_work>& work, q::thread_pool&) {
    q::stop_group group;
    group.add(*work);
    group.stop();
  };
  const auto stop_pool = [](std::unique_ptr<q::pool_work>&, q::thread_pool& pool) { pool.stop(); };
  const auto drain = [](std::unique_ptr<q::pool_work>&, q::thread_pool& pool) { pool.drain(q::never); };
  EXPECT_DEATH(hold_and_stop(true, lock, destroy), "through a mutex.*the destructor of .reader.");
  EXPECT_DEATH(hold_and_stop(true, lock, wait), "through a mutex.*the wait for the callbacks of .reader.");
  EXPECT_DEATH(hold_and_stop(true, lock, stop_group),
               "through a mutex.*the stop of .reader. .*stop_with_mutex_test.cpp");
  EXPECT_DEATH(hold_and_stop(true, lock, stop_pool),
               "through a mutex.*the stop of the pool .pool. .*stop_with_mutex_test.cpp");
  EXPECT_DEATH(hold_and_stop(true, lock, drain),
               "through a mutex.*the drain of the pool .pool. .*stop_with_mutex_test.cpp");
}

// Two threads, each owns a mutex and stops a work whose callback waits for the mutex of the other.
TEST_F(StopWithMutexDeathTest, IsReportedInALongerCircle_D6) {
  const auto stop_crosswise = [] {
    give_up_after_a_while();
    q::thread_pool a({.running = 1}), b({.running = 1});
    q::mutex first, second;
    q::pool_work waits_for_first(a, [&] { first.lock(); }, {.name = "one"});
    q::pool_work waits_for_second(b, [&] { second.lock(); }, {.name = "two"});
    std::atomic<int> here{0};
    const auto stop = [&](q::mutex& owned, q::mutex& other, q::pool_work& stopped) {
      owned.lock();
      ++here;
      eventually([&] { return here == 2; });
      (&owned == &first ? waits_for_first : waits_for_second).submit();
      eventually([&] { return waiters_of::any(other); });
      stopped.stop();
    };
    std::thread thread([&] { stop(first, second, waits_for_second); });
    stop(second, first, waits_for_first);
    thread.join();
  };
  EXPECT_DEATH(stop_crosswise(), "through a mutex.*the stop of .(one|two).*the stop of .(one|two)");
}

TEST_F(StopWithMutexDeathTest, TwoThreadsThatWaitForEachOthersMutexesAreReportedToo_D6) {
  const auto lock_crosswise = [] {
    give_up_after_a_while();
    q::mutex first, second;
    first.set_name("first");
    second.set_name("second");
    first.lock();
    std::thread thread([&] {
      second.lock();
      first.lock();
    });
    eventually([&] { return waiters_of::any(first); });
    second.lock();
    thread.join();
  };
  EXPECT_DEATH(lock_crosswise(),
               "through a mutex: the wait for the mutex .(first|second). .*, whose owner is in the wait for "
               "the mutex .(first|second). .*, whose owner is in the wait for the mutex .(first|second).");
}

}  // namespace
