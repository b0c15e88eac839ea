// Waits that are destroyed inside callbacks, against signals from outside.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <thread>
#include <utility>

#include "quiesce/quiesce.hpp"
#include "stress/signallers.hpp"
#include "support/eventually.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;
using support::eventually;

// What the destruction of a wait met.
struct moments {
  std::atomic<bool> late{false};     // a callback that was running, or began, after it
  std::atomic<bool> running{false};  // one that had begun before and ended during it
  std::atomic<bool> queued{false};   // one that began during it
};

// A wait that is destroyed by the callback of another one. What its callbacks use goes with it, and is plain memory: the
// sanitizers see a late touch.
class victim {
 public:
  victim(q::thread_pool& pool, q::auto_reset_event& event, int round)
      : used_(std::make_unique<std::uint64_t>(0)), event_(event), round_(round) {
    wait_ = std::make_unique<q::registered_wait>(pool, [this](q::callback_scope& s) { called(s); });
    wait_->arm(event_);
  }

  // In two of three rounds the destruction is to meet a running callback.
  void destroy() {
    for (int turn = 0; round_ % 3 != 0 && !is_inside_ && turn < 1000; ++turn) std::this_thread::yield();
    is_going_ = true;
    wait_.reset();
    is_gone_ = true;
    used_.reset();
  }

  const moments& met() const { return met_; }

 private:
  void called(q::callback_scope& s) {
    const bool was_going = is_going_;
    if (is_gone_) met_.late = true;
    is_inside_ = true;
    ++*used_;
    s.arm(event_);
    for (int turn = 0; round_ % 3 != 0 && !is_going_ && turn < 100; ++turn) std::this_thread::yield();
    s.arm(event_);
    ++*used_;
    is_inside_ = false;
    if (is_going_) (was_going ? met_.queued : met_.running) = true;
    if (is_gone_) met_.late = true;
  }

  std::unique_ptr<std::uint64_t> used_;
  q::auto_reset_event& event_;
  moments met_;
  const int round_;
  std::atomic<bool> is_inside_{false};
  std::atomic<bool> is_going_{false};
  std::atomic<bool> is_gone_{false};
  std::unique_ptr<q::registered_wait> wait_;
};

TEST(DestructionStress, AWaitDestroyedInTheCallbackOfAnotherMakesNoneAfterwards_D1_D3) {
  int running = 0;
  int queued = 0;
  q::thread_pool pool({.running = 2});
  q::auto_reset_event a, b;
  const stress::signallers set(a, b);
  for (support::rounds_until_met rounds(20'000); rounds.go_on(running >= 1000 && queued >= 1000);) {
    const int round = rounds.number();
    victim destroyed(pool, b, round);
    q::manual_reset_event done;
    std::uint64_t calls = 0;
    q::registered_wait destroyer{pool, [&](q::callback_scope& s) {
                                   if (static_cast<int>(calls++) < round % 3) return static_cast<void>(s.arm(a));
                                   destroyed.destroy();
                                   done.set();
                                 }};
    destroyer.arm(a);
    ASSERT_TRUE(q::wait_for(done, std::chrono::seconds(30))) << "round " << round;
    ASSERT_FALSE(destroyed.met().late) << "round " << round;
    running += destroyed.met().running ? 1 : 0;
    queued += destroyed.met().queued ? 1 : 0;
  }
  std::printf("destructions that met a running callback %d, a queued one %d\n", running, queued);
  EXPECT_GE(running, 1000);
  EXPECT_GE(queued, 1000);
}

// Captured by a callback: goes with it, and tells when.
struct captured {
  explicit captured(std::atomic<bool>& tells) : is_gone(tells) {}
  ~captured() { is_gone = true; }
  std::atomic<bool>& is_gone;
  std::uint64_t calls = 0;
};

TEST(DestructionStress, AWaitDestroyedInItsOwnCallbackMakesNoneAfterwardsThoughOneWasDue_D1_D3) {
  std::uint64_t due = 0;      // a fire was pending at the destruction: the callback had armed and set
  std::uint64_t outside = 0;  // the arming had been fired by somebody else before
  std::atomic<std::uint64_t> late{0};
  q::thread_pool pool({.running = 2});
  q::auto_reset_event a, b;
  const stress::signallers set(a, b);
  for (support::rounds_until_met rounds(20'000); rounds.go_on(due >= 1000 && outside >= 1000);) {
    const int round = rounds.number();
    std::unique_ptr<q::registered_wait> owner;
    std::atomic<bool> is_over{false};
    std::atomic<bool> is_gone{false};
    owner = std::make_unique<q::registered_wait>(
        pool, [&, used = std::make_unique<captured>(is_over)](q::callback_scope& s) {
          if (is_gone) ++late;
          if (static_cast<int>(used->calls++) < round % 3) return static_cast<void>(s.arm(a));
          s.arm(a);
          for (int turn = round % 20; turn > 0; --turn) std::this_thread::yield();
          const bool has_fired = s.arm(a) == q::arm_status::armed;  // not replaced: the first had fired
          if (round % 2 == 0) a.set();
          due += has_fired || round % 2 == 0 ? 1 : 0;
          outside += has_fired ? 1 : 0;
          owner.reset();
          is_gone = true;
          if (s.arm(a) != q::arm_status::refused) ++late;
          ++used->calls;
        });
    owner->arm(a);
    ASSERT_TRUE(eventually([&] { return is_over.load(); })) << "round " << round;
    ASSERT_EQ(late.load(), 0u) << "round " << round;
  }
  EXPECT_EQ(pool.stop_for(std::chrono::seconds(30)).status, q::stop_status::stopped) << "a wait was lost";
  std::printf("destructions with a callback due %lu, of them by a signal from outside %lu\n", due, outside);
  EXPECT_GE(due, 1000u);
  EXPECT_GE(outside, 1000u);
}

}  // namespace
