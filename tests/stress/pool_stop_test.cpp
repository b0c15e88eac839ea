#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;
using std::chrono::microseconds;

// What the stop of a pool met, told by what became of armings: one that is refused comes after the stop of its wait.
struct stop_moments {
  std::atomic<bool> late{false};
  std::atomic<bool> running{false};        // a callback could arm its wait first, and then no more
  std::atomic<bool> queued_signal{false};  // a callback for a signal could not even do so once
  std::atomic<bool> queued_limit{false};   // the same for a limit that had passed
  std::atomic<bool> outside{false};        // an arming of another thread was refused while the stop went on
};

// Some waits of one pool that arm themselves again, with limits or without, and are armed by another thread too.
class service {
 public:
  service(q::thread_pool& pool, int round) : round_(round) {
    for (auto& each : waits_) {
      each.used = std::make_unique<std::uint64_t>(0);
      each.wait = std::make_unique<q::registered_wait>(pool, [this, &each](q::callback_scope& s) { called(each, s); });
    }
    armer_ = std::thread([this] { arm_and_signal(); });
  }
  ~service() { armer_.join(); }

  std::uint64_t calls() const { return calls_; }
  const stop_moments& met() const { return met_; }
  void stop_begins() { is_stopping_ = true; }
  void has_stopped() {
    is_stopped_ = true;
    for (auto& each : waits_) each.used.reset();
  }

  void check_that_all_are_stopped() {
    armer_.join();
    armer_ = std::thread([] {});
    for (auto& each : waits_) {
      EXPECT_TRUE(q::try_wait(each.wait->stopped()));
      EXPECT_EQ(each.wait->arm(event_, microseconds(1)), q::arm_status::refused);
    }
  }

 private:
  struct member {
    std::unique_ptr<std::uint64_t> used;  // plain memory: the sanitizers see a late touch
    std::unique_ptr<q::registered_wait> wait;
  };

  q::deadline limit(std::uint64_t turn) const {
    return turn % 3 == 0 ? q::never : q::deadline(microseconds((turn * 7 + static_cast<unsigned>(round_)) % 40));
  }

  void called(member& self, q::callback_scope& s) {
    if (is_stopped_) met_.late = true;
    const std::uint64_t turn = ++*self.used;
    ++calls_;
    if (s.arm(event_, limit(turn)) == q::arm_status::refused) {
      (s.result().status == q::wait_status::signalled ? met_.queued_signal : met_.queued_limit) = true;
    } else {
      // Now and then it stays until the stop comes, and goes on arming until that has reached it.
      for (int looks = 0; turn % 4 == 1 && !is_stopping_ && looks < 200; ++looks) std::this_thread::yield();
      bool is_refused = false;
      for (int looks = 0; is_stopping_ && !is_refused && looks < 100; ++looks) {
        is_refused = s.arm(event_, limit(turn + 1)) == q::arm_status::refused;
        std::this_thread::yield();
      }
      if (is_refused) met_.running = true;
    }
    ++*self.used;
    if (is_stopped_) met_.late = true;
  }

  void arm_and_signal() {
    for (std::size_t turn = 0, refused = 0; refused < waits_.size(); ++turn) {
      if (turn > calls_ + 16) std::this_thread::yield();  // no longer pile than the workers can run
      q::registered_wait& wait = *waits_[turn % waits_.size()].wait;
      if (wait.arm(event_, limit(turn)) != q::arm_status::refused) {
        refused = 0;
        event_.set();
      } else {
        ++refused;
        if (!is_stopped_) met_.outside = true;
      }
    }
  }

  stop_moments met_;
  const int round_;
  q::auto_reset_event event_;
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_stopped_{false};
  std::array<member, 4> waits_;
  std::thread armer_;
};

TEST(PoolStopStress, NoCallbackRunsAfterAPoolStoppedAgainstArmingSignalsAndLimits_D1_D2) {
  int running = 0;
  int queued_signals = 0;
  int queued_limits = 0;
  int outside = 0;
  const auto has_met_enough = [&] {
    return running >= 1000 && queued_signals >= 1000 && queued_limits >= 1000 && outside >= 1000;
  };
  for (support::rounds_until_met rounds(1'000); rounds.go_on(has_met_enough());) {
    const int round = rounds.number();
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 2});
    service served(*pool, round);
    ASSERT_TRUE(support::eventually([&] { return served.calls() >= static_cast<std::uint64_t>(round % 30); }));
    served.stop_begins();
    switch (round % 3) {
      case 0: EXPECT_EQ(pool->stop().status, q::stop_status::stopped); break;
      case 1:
        pool->request_stop();
        ASSERT_TRUE(q::wait_for(pool->stopped(), std::chrono::seconds(30)));
        break;
      default: pool.reset(); break;
    }
    served.has_stopped();
    served.check_that_all_are_stopped();
    ASSERT_FALSE(served.met().late) << "round " << round;
    running += served.met().running ? 1 : 0;
    queued_signals += served.met().queued_signal ? 1 : 0;
    queued_limits += served.met().queued_limit ? 1 : 0;
    outside += served.met().outside ? 1 : 0;
  }
  std::printf(
      "stops that met a running callback %d, a queued one of a signal %d, of a limit %d, an arming from outside %d\n",
      running, queued_signals, queued_limits, outside);
  EXPECT_GE(running, 1000);
  EXPECT_GE(queued_signals, 1000);
  EXPECT_GE(queued_limits, 1000);
  EXPECT_GE(outside, 1000);
}

}  // namespace
