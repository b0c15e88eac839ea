// By which clock the kernel is asked to wait: that of the deadline. So what is relative does not notice when the system clock
// is set, and what is absolute on that clock follows it. Tests cannot set it.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using support::eventually;

/// Whether a timer of the kernel that counts by that clock is set in this process.
bool is_timer_set(clockid_t clock) {
  for (const auto& descriptor : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(descriptor.path());
    bool is_of_clock = false;
    for (std::string line; std::getline(info, line);) {
      if (line == "clockid: " + std::to_string(clock)) is_of_clock = true;
      if (is_of_clock && line.starts_with("it_value:")) {
        if (line != "it_value: (0, 0)") return true;
      }
    }
  }
  return false;
}

bool no_timer_is_set() { return !is_timer_set(CLOCK_MONOTONIC) && !is_timer_set(CLOCK_REALTIME); }

template <class Set>
void expect_timer(clockid_t clock, Set set) {
  // The timers are the reactor's, which goes with the last object that needs it.
  ASSERT_TRUE(eventually(no_timer_is_set));
  const auto kept = set();
  EXPECT_TRUE(is_timer_set(clock));
  EXPECT_FALSE(is_timer_set(clock == CLOCK_MONOTONIC ? CLOCK_REALTIME : CLOCK_MONOTONIC));
}

TEST(ClockOfDeadlines, OfATimerIsThatOfItsMoment_B6) {
  const auto set = [](auto until, std::chrono::nanoseconds period) {
    return [=] {
      q::timer timer;
      timer.set(until, period);
      return timer;
    };
  };
  expect_timer(CLOCK_MONOTONIC, set(1h, 0s));
  expect_timer(CLOCK_MONOTONIC, set(steady_clock::now() + 1h, 0s));
  expect_timer(CLOCK_REALTIME, set(system_clock::now() + 1h, 0s));
  expect_timer(CLOCK_REALTIME, set(system_clock::now() + 1h, 1h));
}

// A period is a time, not a moment: the clock may be set while it passes.
TEST(ClockOfDeadlines, OfTheLaterPeriodsOfATimerIsTheSteadyOneWhateverTheFirstMomentWasOn_B6) {
  expect_timer(CLOCK_MONOTONIC, [] {
    q::timer timer;
    timer.set(system_clock::now() + 1ms, 1h);
    EXPECT_TRUE(q::wait_for(timer, 30s));
    return timer;
  });
  expect_timer(CLOCK_MONOTONIC, [] {
    q::timer timer;
    timer.set(system_clock::now() - 1min, 1h);
    EXPECT_TRUE(q::try_wait(timer));
    return timer;
  });
}

TEST(ClockOfDeadlines, OfAPoolTimerIsThatOfItsMomentAndThenTheSteadyOne_B6_C7) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event called;
  q::pool_timer timer(pool, [&] { called.set(); });
  ASSERT_TRUE(eventually(no_timer_is_set));
  for (const std::chrono::nanoseconds window : {0ns, std::chrono::nanoseconds(1min)}) {
    timer.set(system_clock::now() + 1h, 2h, window);
    EXPECT_TRUE(is_timer_set(CLOCK_REALTIME));
    EXPECT_FALSE(is_timer_set(CLOCK_MONOTONIC));
    EXPECT_TRUE(timer.cancel());
  }
  timer.set(system_clock::now() + 1ms, 1h);
  ASSERT_TRUE(q::wait_for(called, 30s));
  timer.wait_for_callbacks();
  EXPECT_TRUE(is_timer_set(CLOCK_MONOTONIC));
  // The one above was left set, as that of most deadlines that are cancelled; it has fired for the one that came.
  EXPECT_TRUE(eventually([] { return !is_timer_set(CLOCK_REALTIME); }));
}

TEST(ClockOfDeadlines, OfWhatAPoolDoesLaterIsThatOfItsMoment_B6) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  const auto armed = [&](q::deadline until) {
    return [&, until] {
      q::registered_wait wait(pool, [](q::callback_scope&) {});
      wait.arm(event, until);
      return wait;
    };
  };
  ASSERT_TRUE(eventually(no_timer_is_set));
  {
    const q::registered_wait wait = armed(system_clock::now() + 1h)();
    EXPECT_TRUE(is_timer_set(CLOCK_REALTIME));
    EXPECT_FALSE(is_timer_set(CLOCK_MONOTONIC));
    const q::registered_wait relative = armed(1h)();
    EXPECT_TRUE(is_timer_set(CLOCK_MONOTONIC));
  }
}

#if !defined(__SANITIZE_THREAD__)  // under which the sleep is cut into pieces of the steady clock

/// The operation of the futex that this thread of the process sleeps in; zero if it does not.
long futex_operation(int thread) {
  std::ifstream call("/proc/self/task/" + std::to_string(thread) + "/syscall");
  long number = -1;
  std::string address, operation;
  if (!(call >> number >> address >> operation) || number != SYS_futex) return 0;
  return std::stol(operation, nullptr, 16);
}

TEST(ClockOfDeadlines, OfABlockedThreadIsThatOfItsDeadline_B6) {
  const q::auto_reset_event event;
  for (const bool by_system_clock : {false, true}) {
    std::atomic<int> number{0};
    const q::deadline until = by_system_clock ? q::deadline(system_clock::now() + 1h) : q::deadline(1h);
    std::jthread waiter([&](const std::stop_token& token) {
      number = ::gettid();
      EXPECT_EQ(q::wait_until(event, until, token).status, q::wait_status::stopped);
    });
    ASSERT_TRUE(eventually([&] { return number != 0 && futex_operation(number) != 0; }));
    const long operation = futex_operation(number);
    EXPECT_EQ(operation & FUTEX_CMD_MASK, FUTEX_WAIT_BITSET) << "until a moment, not for a time";
    EXPECT_EQ((operation & FUTEX_CLOCK_REALTIME) != 0, by_system_clock);
  }
}

#endif

}  // namespace
