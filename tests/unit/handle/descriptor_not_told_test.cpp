// What has arrived at a descriptor is there for every wait, though the library's thread, which tells of it, has not come to it.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_reactor.hpp"
#include "support/sockets.hpp"
#include "support/take.hpp"
#include "support/waiters_of.hpp"
#include "wait/thread_record.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::take;
using support::waiters_of;

/// Makes a call when the thread is about to sleep in a wait: it stands in the queues then.
class when_blocking : private q::blocking_hooks {
 public:
  explicit when_blocking(std::function<void()> call) : call_(std::move(call)) {
    q::thread_record::current().hooks = this;
  }
  when_blocking(const when_blocking&) = delete;
  when_blocking& operator=(const when_blocking&) = delete;
  ~when_blocking() { q::thread_record::current().hooks = nullptr; }

 private:
  void blocking_begins() noexcept override { call_(); }
  void blocking_ends() noexcept override {}

  std::function<void()> call_;
};

class DescriptorNotTold : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(reactor_.is_held()); }

  // What a wait comes to that is stopped, or ended by its limit, when it stands in the queues and something has arrived.
  template <class Wait>
  q::wait_result arrives_before_the_stop(Wait wait) {
    std::stop_source stop;
    const when_blocking arrives([&] {
      pair_.write(1);
      stop.request_stop();
    });
    return read_after(wait(q::never, stop.get_token()));
  }
  template <class Wait>
  q::wait_result arrives_before_the_limit(Wait wait) {
    bool has_blocked = false;  // it does not if the limit passes on the way
    const when_blocking arrives([&] {
      has_blocked = true;
      pair_.write(1);
    });
    q::wait_result result{};
    EXPECT_TRUE(eventually([&] {
      result = wait(q::deadline(1ms), std::stop_token());
      return has_blocked;
    }));
    return read_after(result);
  }
  template <class Wait>
  void expect_taken(std::size_t index, Wait wait) {
    for (const bool stopped : {false, true}) {
      SCOPED_TRACE(stopped ? "stop" : "limit");
      const q::wait_result result = stopped ? arrives_before_the_stop(wait) : arrives_before_the_limit(wait);
      EXPECT_EQ(result.status, q::wait_status::signalled);
      EXPECT_EQ(result.index, index);
      EXPECT_EQ(waiters_of::raw_word(readable_), 0u) << "nothing is left behind";
    }
  }

  q::auto_reset_event event_;
  support::sockets pair_;
  q::descriptor readable_{pair_[0], q::descriptor::readiness::readable};
  support::held_reactor reactor_;

 private:
  q::wait_result read_after(q::wait_result result) {
    EXPECT_TRUE(pair_.read(0));
    return result;
  }
};

TEST_F(DescriptorNotTold, WhatHasArrivedWinsOverALimitAndAStopThoughItHasNotBeenTold_B5) {
  expect_taken(0, [&](q::deadline until, std::stop_token stop) { return q::wait_until(readable_, until, stop); });
}

TEST_F(DescriptorNotTold, WhatHasArrivedWinsOverALimitAndAStopOfAWaitForAny_B2_B5) {
  expect_taken(1, [&](q::deadline until, std::stop_token stop) {
    return q::wait_any_until({event_, readable_, readable_}, until, stop);
  });
}

TEST_F(DescriptorNotTold, WhatHasArrivedWinsOverALimitAndAStopOfASignalAndWait_B4_B5) {
  expect_taken(0, [&](q::deadline until, std::stop_token stop) {
    return q::signal_and_wait_until(event_, readable_, until, stop);
  });
  EXPECT_TRUE(take(event_));
}

TEST_F(DescriptorNotTold, WhatHasArrivedCompletesAWaitForAllThatALimitOrAStopEnds_B3_B5) {
  q::semaphore counts(2);
  expect_taken(q::wait_result::none, [&](q::deadline until, std::stop_token stop) {
    return q::wait_all_until({counts, readable_}, until, stop);
  });
  EXPECT_EQ(counts.release(0), 0u) << "each has taken one";
}

TEST_F(DescriptorNotTold, AWaitForAllThatItCompletesIsToldOfAnAbandonedMutexAndOwnsIt_A6_B3_B5) {
  q::mutex mutex;
  std::thread([&] { mutex.lock(); }).join();
  const q::wait_result result = arrives_before_the_stop([&](q::deadline until, std::stop_token stop) {
    return q::wait_all_until({readable_, mutex}, until, stop);
  });
  EXPECT_EQ(result.status, q::wait_status::abandoned);
  mutex.unlock();
  EXPECT_TRUE(waiters_of::is_free(mutex));
}

TEST_F(DescriptorNotTold, AWaitForAllOfWhichAnotherIsMissingEndsByItsStopAndTakesNothing_B3_B5) {
  q::semaphore counts(1);
  const q::wait_result result = arrives_before_the_stop([&](q::deadline until, std::stop_token stop) {
    return q::wait_all_until({counts, readable_, event_}, until, stop);
  });
  EXPECT_EQ(result.status, q::wait_status::stopped);
  EXPECT_EQ(counts.release(0), 1u);
  EXPECT_EQ(waiters_of::raw_word(readable_), 0u);
}

TEST_F(DescriptorNotTold, WhereNothingHasArrivedTheLimitAndTheStopEndTheWait_B5) {
  std::stop_source stop;
  const when_blocking stops([&] { stop.request_stop(); });
  EXPECT_EQ(q::wait_any({readable_, event_}, stop.get_token()).status, q::wait_status::stopped);
  EXPECT_EQ(q::wait_for(readable_, 1ms).status, q::wait_status::timed_out);
}

}  // namespace
