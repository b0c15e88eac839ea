// Callbacks that stop each other: nobody hangs.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

// So many waits on a pool; the callback of each waits until all run, and then stops the next.
std::vector<q::stop_status> stop_in_a_circle(std::size_t size) {
  q::thread_pool pool({.running = static_cast<unsigned>(size)});
  q::auto_reset_event event;
  std::atomic<std::size_t> here{0};
  std::vector<q::stop_status> answers(size, q::stop_status::timed_out);
  std::vector<std::unique_ptr<q::registered_wait>> waits;
  for (std::size_t i = 0; i < size; ++i) {
    waits.push_back(std::make_unique<q::registered_wait>(pool, [&, i](q::callback_scope&) {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == size; }));
      answers[i] = waits[(i + 1) % size]->stop_for(30s).status;
    }));
  }
  for (const auto& wait : waits) {
    wait->arm(event);
    event.set();
  }
  for (const auto& wait : waits) EXPECT_TRUE(q::wait_for(wait->stopped(), 60s));
  return answers;
}

// dotnet/runtime#43438, #90078: two registrations that disposed of each other hung.
TEST(StopCircle, OfTwoCallbacksThatStopEachOtherBothAreDeferred_D8) {
  for (int round = 0; round < 200; ++round) {
    EXPECT_EQ(stop_in_a_circle(2), std::vector(2, q::stop_status::deferred)) << round;
  }
}

TEST(StopCircle, OfThreeInACircleAllAreDeferred_D8) {
  for (int round = 0; round < 100; ++round) {
    EXPECT_EQ(stop_in_a_circle(3), std::vector(3, q::stop_status::deferred)) << round;
  }
}

TEST(StopCircle, IsBrokenThoughSomebodyOutsideWaitsInAWayThatCouldOnlyBeReported_D8) {
  q::manual_reset_event go_on;
  std::atomic<int> here{0};
  std::array<q::stop_status, 2> answers{};
  q::thread_pool pool({.running = 3}), other({.running = 1});
  q::pool_work slow(pool, [&] { EXPECT_TRUE(q::wait_for(go_on, 30s)); });
  slow.submit();
  other.post([&] { slow.wait_for_callbacks(); });
  ASSERT_TRUE(eventually([&] { return other.counts().waiting == 1; }));
  std::array<std::unique_ptr<q::pool_work>, 2> works;
  for (std::size_t i = 0; i < 2; ++i) {
    works[i] = std::make_unique<q::pool_work>(pool, [&, i] {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 2; }));
      answers[i] = works[1 - i]->stop().status;
    });
  }
  for (const auto& work : works) work->submit();
  for (const auto& work : works) EXPECT_TRUE(q::wait_for(work->stopped(), 30s));
  go_on.set();
  EXPECT_EQ(other.stop().status, q::stop_status::stopped);
  EXPECT_EQ(answers[0], q::stop_status::deferred);
  EXPECT_EQ(answers[1], q::stop_status::deferred);
}

TEST(StopCircle, WhoStopsIntoACircleWithoutStandingInItWaits_D8) {
  q::thread_pool pool({.running = 3});
  q::auto_reset_event event;
  std::atomic<int> here{0};
  std::array<q::stop_status, 3> answers{};
  std::array<std::unique_ptr<q::registered_wait>, 3> waits;
  constexpr std::array<std::size_t, 3> stops{1, 0, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    waits[i] = std::make_unique<q::registered_wait>(pool, [&, i](q::callback_scope&) {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 3; }));
      answers[i] = waits[stops[i]]->stop_for(30s).status;
    });
  }
  for (const auto& wait : waits) {
    wait->arm(event);
    event.set();
  }
  EXPECT_TRUE(q::wait_for(waits[0]->stopped(), 60s));
  EXPECT_TRUE(q::wait_for(waits[1]->stopped(), 60s));
  pool.stop();
  EXPECT_EQ(answers[0], q::stop_status::deferred);
  EXPECT_EQ(answers[1], q::stop_status::deferred);
  EXPECT_EQ(answers[2], q::stop_status::stopped);
}

TEST(StopCircle, CallbacksOfTwoPoolsThatStopEachOthersPoolsAreDeferred_D8) {
  for (int round = 0; round < 100; ++round) {
    q::thread_pool a({.running = 1}), b({.running = 1});
    std::atomic<int> here{0};
    std::atomic<int> deferred{0};
    const auto stop = [&](q::thread_pool& other) {
      ++here;
      ASSERT_TRUE(eventually([&] { return here == 2; }));
      if (other.stop_for(30s).status == q::stop_status::deferred) ++deferred;
    };
    a.post([&] { stop(b); });
    b.post([&] { stop(a); });
    EXPECT_TRUE(q::wait_for(a.stopped(), 60s));
    EXPECT_TRUE(q::wait_for(b.stopped(), 60s));
    EXPECT_EQ(deferred, 2) << round;
  }
}

TEST(StopCircle, AWaitAndAPoolThatStopEachOtherAreDeferred_D8) {
  q::thread_pool a({.running = 1}), b({.running = 1});
  q::auto_reset_event event;
  std::atomic<int> here{0};
  std::atomic<int> deferred{0};
  const auto meet = [&] {
    ++here;
    ASSERT_TRUE(eventually([&] { return here == 2; }));
  };
  q::registered_wait wait(a, [&](q::callback_scope&) {
    meet();
    if (b.stop_for(30s).status == q::stop_status::deferred) ++deferred;
  });
  wait.arm(event);
  event.set();
  b.post([&] {
    meet();
    if (wait.stop_for(30s).status == q::stop_status::deferred) ++deferred;
  });
  EXPECT_TRUE(q::wait_for(b.stopped(), 60s));
  EXPECT_TRUE(q::wait_for(wait.stopped(), 60s));
  EXPECT_EQ(deferred, 2);
}

// The first stop waits before the circle is there: it has to be woken.
TEST(StopCircle, AStopThatWaitsAlreadyIsDeferredWhenACircleComesToBe_D8) {
  q::thread_pool pool({.running = 2});
  q::auto_reset_event event;
  q::manual_reset_event running, go_on;
  q::stop_status first{}, second{};
  std::unique_ptr<q::registered_wait> a;
  q::registered_wait late(pool, [&](q::callback_scope&) {
    running.set();
    static_cast<void>(q::wait(go_on));
    second = a->stop_for(30s).status;
  });
  a = std::make_unique<q::registered_wait>(pool, [&](q::callback_scope&) { first = late.stop_for(30s).status; });
  late.arm(event);
  event.set();
  ASSERT_TRUE(q::wait_for(running, 30s));
  a->arm(event);
  event.set();
  ASSERT_TRUE(eventually([&] { return late.arm(q::auto_reset_event()) == q::arm_status::refused; }));
  go_on.set();
  EXPECT_TRUE(q::wait_for(a->stopped(), 60s));
  EXPECT_TRUE(q::wait_for(late.stopped(), 60s));
  EXPECT_EQ(first, q::stop_status::deferred);
  EXPECT_EQ(second, q::stop_status::deferred);
}

}  // namespace
