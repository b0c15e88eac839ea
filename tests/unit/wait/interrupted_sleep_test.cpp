// A thread that waits takes a signal of the system, runs the program's handler, and waits on: it has left no queue meanwhile.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

constinit std::atomic<int> handled{0};
static_assert(std::atomic<int>::is_always_lock_free);

// While it lives SIGUSR1 calls a handler that counts, and does not let the call go on that it interrupts.
class counting_handler {
 public:
  counting_handler() {
    struct sigaction action = {};
    action.sa_handler = [](int) { handled.fetch_add(1); };
    ::sigaction(SIGUSR1, &action, &before_);
  }
  counting_handler(const counting_handler&) = delete;
  counting_handler& operator=(const counting_handler&) = delete;
  ~counting_handler() { ::sigaction(SIGUSR1, &before_, nullptr); }

 private:
  struct sigaction before_ = {};
};

// A thread that makes one wait. What still waits at the end is stopped.
class waiting_thread {
 public:
  using wait = std::function<q::wait_result(const std::stop_token&)>;
  explicit waiting_thread(wait how)
      : thread_([this, how = std::move(how)](const std::stop_token& token) {
          number_ = ::gettid();
          result_ = how(token);
          ended_ = true;
        }) {}

  // False: it did not come to sleep, run its handler and sleep again.
  bool sleeps_through_signals(int number) {
    for (; number != 0; --number) {
      if (!sleeps_or_has_ended() || ended_) return false;
      const int before = handled;
      if (::pthread_kill(thread_.native_handle(), SIGUSR1) != 0) return false;
      if (!eventually([&] { return handled != before; })) return false;
    }
    return sleeps_or_has_ended() && !ended_;
  }
  q::wait_result result() {
    thread_.join();
    return result_;
  }

 private:
  // It has nothing to run; or has ended already, so that nobody waits for that for long.
  bool sleeps_or_has_ended() const {
    return eventually([&] { return ended_ || (number_ != 0 && support::is_asleep(number_)); });
  }

  std::atomic<int> number_{0};
  q::wait_result result_{};
  std::atomic<bool> ended_{false};
  std::jthread thread_;
};

constexpr int signals = 3;

// On other systems a pulse misses a thread that the kernel borrows for something of its own at that moment.
TEST(InterruptedSleep, APulseReleasesAWaiterThatRanAHandlerMeanwhile_A3) {
  const counting_handler handler;
  q::auto_reset_event one;
  q::manual_reset_event all;
  waiting_thread of_one([&](const std::stop_token& token) { return q::wait(one, token); });
  waiting_thread of_all([&](const std::stop_token& token) { return q::wait(all, token); });
  ASSERT_TRUE(of_one.sleeps_through_signals(signals));
  ASSERT_TRUE(of_all.sleeps_through_signals(signals));
  EXPECT_EQ(waiters_of::count(one), 1u);
  EXPECT_EQ(waiters_of::count(all), 1u);
  one.pulse();
  all.pulse();
  EXPECT_EQ(of_one.result().status, q::wait_status::signalled);
  EXPECT_EQ(of_all.result().status, q::wait_status::signalled);
  EXPECT_FALSE(q::try_wait(one));
  EXPECT_FALSE(q::try_wait(all));
}

TEST(InterruptedSleep, AWaitWithALimitIsNeitherEndedNorForgotten_A3_B5) {
  const counting_handler handler;
  q::auto_reset_event event;
  waiting_thread relative([&](const std::stop_token& token) { return q::wait_for(event, 1h, token); });
  ASSERT_TRUE(relative.sleeps_through_signals(signals));
  waiting_thread absolute(
      [&](const std::stop_token& token) { return q::wait_until(event, std::chrono::system_clock::now() + 1h, token); });
  ASSERT_TRUE(absolute.sleeps_through_signals(signals));
  EXPECT_EQ(waiters_of::count(event), 2u);
  event.pulse();
  EXPECT_EQ(relative.result().status, q::wait_status::signalled) << "it came first";
  EXPECT_EQ(waiters_of::count(event), 1u);
  event.pulse();
  EXPECT_EQ(absolute.result().status, q::wait_status::signalled);
}

TEST(InterruptedSleep, AWaitForAllStaysCompletableByAPulse_A3_B3) {
  const counting_handler handler;
  q::auto_reset_event event;
  const q::semaphore semaphore(1);
  const std::array<q::handle_ref, 2> both{event, semaphore};
  waiting_thread waiter([&](const std::stop_token& token) { return q::wait_all(both, token); });
  ASSERT_TRUE(waiter.sleeps_through_signals(signals));
  EXPECT_EQ(waiters_of::count(event), 1u);
  event.pulse();
  EXPECT_EQ(waiter.result().status, q::wait_status::signalled);
  EXPECT_FALSE(q::try_wait(semaphore)) << "it has been taken";
}

// The limit counts from the call, and not anew from each interruption; nor is it over at one.
TEST(InterruptedSleep, ALimitHoldsAcrossInterruptionsAndIsNotEarly_B1_B6) {
  const counting_handler handler;
  const q::auto_reset_event event;
  const auto until = std::chrono::steady_clock::now() + 300ms;
  std::atomic<std::chrono::steady_clock::time_point> ended{};
  waiting_thread waiter([&](const std::stop_token& token) {
    const q::wait_result result = q::wait_until(event, until, token);
    ended = std::chrono::steady_clock::now();
    return result;
  });
  static_cast<void>(waiter.sleeps_through_signals(signals));  // on a slow machine it ends meanwhile
  EXPECT_EQ(waiter.result().status, q::wait_status::timed_out);
  EXPECT_GE(ended.load(), until);
}

}  // namespace
