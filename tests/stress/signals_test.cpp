// Every signal makes one callback, whatever the callback is doing and however it arms its wait again.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;
using std::chrono::microseconds;

// One event and its wait. A signal is given when the one before it was taken, so that no two merge.
class lane {
 public:
  // Callbacks of one wait do not overlap: plain memory, in which ThreadSanitizer sees two that are not ordered.
  struct counts {
    std::uint64_t signals = 0;
    std::uint64_t time_outs = 0;
    std::uint64_t armings = 0;              // that did not replace another
    std::uint64_t replacements = 0;         // of an arming that had not fired
    std::uint64_t fired_while_running = 0;  // a set() returned while a callback that had armed its wait was running
    std::uint64_t found_signalled = 0;      // an arming found the signal of a set() that had returned

    counts& operator+=(const counts& other) {
      signals += other.signals;
      time_outs += other.time_outs;
      armings += other.armings;
      replacements += other.replacements;
      fired_while_running += other.fired_while_running;
      found_signalled += other.found_signalled;
      return *this;
    }
  };

  explicit lane(q::thread_pool& pool) : wait_{pool, [this](q::callback_scope& s) { called(s); }} {
    count_arming(wait_.arm(event_));
  }

  bool may_be_given(std::uint64_t until) const { return given_ < until && taken_ == given_; }
  void give() {
    event_.set();
    ++given_;
  }
  std::uint64_t given() const { return given_; }
  std::uint64_t taken() const { return taken_; }

  counts stop() {
    EXPECT_EQ(wait_.stop().status, q::stop_status::stopped);
    return counts_;
  }

 private:
  void called(q::callback_scope& s) {
    const bool is_signal = s.result().status == q::wait_status::signalled;
    ++(is_signal ? counts_.signals : counts_.time_outs);
    const std::uint64_t all = taken_ + (is_signal ? 1 : 0);
    switch (++turn_ % 32) {
      case 7:  // armed while the next signal comes
        count_arming(s.arm(event_));
        taken_ = all;
        counts_.fired_while_running += is_given(all + 1) ? 1 : 0;
        break;
      case 15:  // not armed while it comes
        taken_ = all;
        counts_.found_signalled += is_given(all + 1) ? 1 : 0;
        count_arming(s.arm(event_));
        break;
      case 23:
        count_arming(s.arm(event_));
        taken_ = all;
        count_arming(s.arm(event_));
        break;
      case 3:  // a limit, which has passed or passes while the next signal comes
        count_arming(s.arm(event_, microseconds(turn_ / 32 % 8)));
        taken_ = all;
        break;
      case 19:  // a limit, while it comes
        taken_ = all;
        count_arming(s.arm(event_, microseconds(turn_ / 32 % 8)));
        break;
      default:
        if (turn_ % 2 == 0) taken_ = all;
        count_arming(s.arm(event_));
        taken_ = all;
    }
  }

  // The last signal has none after it, so there is an end to this.
  bool is_given(std::uint64_t number) const {
    for (int looks = 0; looks < 300; ++looks) {
      if (given_ >= number) return true;
      std::this_thread::yield();
    }
    return false;
  }

  void count_arming(q::arm_status status) {
    counts_.armings += status == q::arm_status::armed ? 1 : 0;
    counts_.replacements += status == q::arm_status::replaced ? 1 : 0;
  }

  q::auto_reset_event event_;
  std::atomic<std::uint64_t> given_{0};  // counted after the set() has returned
  std::atomic<std::uint64_t> taken_{0};
  std::uint64_t turn_ = 0;
  counts counts_;
  q::registered_wait wait_;
};

TEST(SignalStress, AMillionSignalsMakeAMillionCallbacksThatArmTheirWaitsAgain_C4_C6) {
  constexpr std::size_t signallers = 2;
  constexpr std::size_t lanes_each = 4;
  const auto rounds = static_cast<std::uint64_t>(support::rounds(1'000'000)) / (signallers * lanes_each);
  q::thread_pool pool({.running = 2});
  std::array<std::array<std::unique_ptr<lane>, lanes_each>, signallers> all;
  for (auto& lanes : all) {
    for (auto& each : lanes) each = std::make_unique<lane>(pool);
  }

  std::array<std::thread, signallers> threads;
  for (std::size_t i = 0; i < signallers; ++i) {
    threads[i] = std::thread([&lanes = all[i], rounds] {
      for (std::uint64_t round = 1; round <= rounds; ++round) {
        for (auto& each : lanes) {
          ASSERT_TRUE(support::eventually([&] { return each->may_be_given(round); }))
              << "signal " << round << " is lost";
          each->give();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();

  lane::counts sum;
  for (auto& lanes : all) {
    for (auto& each : lanes) {
      EXPECT_TRUE(support::eventually([&] { return each->taken() == rounds; })) << "the last signal is lost";
      const lane::counts found = each->stop();
      EXPECT_EQ(found.signals, rounds);
      const std::uint64_t without_callback = found.armings - (found.signals + found.time_outs);
      EXPECT_LE(without_callback, 1u) << "all but the last arming make one callback, none makes two";
      sum += found;
    }
  }
  EXPECT_EQ(sum.signals, rounds * signallers * lanes_each);
  std::printf(
      "%lu signals; fired while a callback ran %lu, found by an arming %lu, limits that passed %lu, replaced %lu\n",
      sum.signals, sum.fired_while_running, sum.found_signalled, sum.time_outs, sum.replacements);
  EXPECT_GE(sum.fired_while_running, 1000u);
  EXPECT_GE(sum.found_signalled, 1000u);
  EXPECT_GE(sum.time_outs, 1000u);
  EXPECT_GE(sum.replacements, 1000u);
}

}  // namespace
