#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

// boostorg/asio#443: waiting for a pool ended it, and what was posted later hung.
TEST(Drain, AnIdlePoolIsDrainedAndGoesOn_D8) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  std::atomic<int> calls{0};
  q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope&) { ++calls; });
  EXPECT_TRUE(pool.drain(q::never).empty());
  EXPECT_TRUE(pool.drain(0s).empty());
  event.set();
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(pool.post([&] { ++calls; }), q::post_status::queued) << "nothing is refused";
  EXPECT_TRUE(pool.drain(30s).empty());
  EXPECT_EQ(calls, 2);
}

TEST(Drain, WaitsForAllThatIsQueuedAndForWhatThatQueues_D8) {
  q::thread_pool pool({.running = 2});
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> left{20};
    std::function<void()> next = [&] {
      if (--left > 0) pool.post(next);
    };
    pool.post(next);
    ASSERT_TRUE(pool.drain(30s).empty());
    ASSERT_EQ(left, 0);
  }
}

TEST(Drain, AtItsLimitItNamesWhoIsInFlightAndStopsNothing_D8) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::manual_reset_event go_on;
  q::auto_reset_event event;
  std::atomic<int> running{0};
  const auto block = [&] {
    ++running;
    EXPECT_TRUE(q::wait_for(go_on, 30s));
  };
  q::registered_wait wait(pool, [&](q::callback_scope&) { block(); }, {.name = "slow"});
  q::pool_work idle(pool, [] {}, {.name = "idle"});
  wait.arm(event);
  event.set();
  ASSERT_TRUE(eventually([&] { return running == 1; }));
  pool.post(block);
  ASSERT_TRUE(eventually([&] { return running == 2; }));
  pool.post([] {});
  q::pool_work queued(pool, [] {}, {.name = "queued"});
  queued.submit();
  const std::vector<q::callback_info> left = pool.drain(1ms);
  ASSERT_EQ(left.size(), 4u);
  const auto count = [&](const std::string& name, bool runs) {
    return std::count_if(left.begin(), left.end(),
                         [&](const q::callback_info& each) { return each.name == name && (each.thread != 0) == runs; });
  };
  EXPECT_EQ(count("slow", true), 1);
  EXPECT_EQ(count("queued", false), 1);
  EXPECT_EQ(count("", true), 1) << "the posted function that runs";
  EXPECT_EQ(count("", false), 1) << "and the one that does not";
  EXPECT_EQ(queued.submit(), q::post_status::queued);
  std::jthread releaser([&] { go_on.set(); });
  EXPECT_TRUE(pool.drain(30s).empty());
}

// libuv#765: the end was refused as busy, and nobody said by whom. libtorrent#2861: nor what was never completed.
TEST(Drain, NamesWhoHoldsUpAPoolThatIsStopping_D8) {
  q::thread_pool pool({.running = 1});
  q::manual_reset_event begun, go_on;
  q::auto_reset_event event;
  q::registered_wait wait(pool,
                          [&](q::callback_scope&) {
                            begun.set();
                            EXPECT_TRUE(q::wait_for(go_on, 30s));
                          },
                          {.name = "slow"});
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  EXPECT_EQ(pool.stop_for(0s).status, q::stop_status::timed_out);
  const std::vector<q::callback_info> left = pool.drain(0s);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].name, "slow");
  go_on.set();
}

TEST(Drain, ManyThreadsMayDrain_D8) {
  q::thread_pool pool({.running = 1});
  q::manual_reset_event go_on;
  pool.post([&] { EXPECT_TRUE(q::wait_for(go_on, 30s)); });
  std::atomic<int> drained{0}, gave_up{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back(
          [&, i] { pool.drain(i % 2 == 0 ? q::never : q::deadline(1ms)).empty() ? ++drained : ++gave_up; });
    }
    EXPECT_TRUE(eventually([&] { return gave_up == 2; }));
    go_on.set();
  }
  EXPECT_EQ(drained, 2);
}

TEST(Drain, CallbacksThatDrainEachOthersPoolsGiveUp_D8) {
  q::thread_pool a({.running = 1}), b({.running = 1});
  std::atomic<int> here{0};
  std::atomic<int> gave_up{0};
  const auto drain = [&](q::thread_pool& other) {
    ++here;
    ASSERT_TRUE(eventually([&] { return here == 2; }));
    if (!other.drain(q::never).empty()) ++gave_up;
  };
  a.post([&] { drain(b); });
  b.post([&] { drain(a); });
  a.stop();
  b.stop();
  EXPECT_GE(gave_up, 1);
}

// One callback drains the pool of an inline one, which runs on a thread of nobody's, and stops the wait of the first:
// itself, or in the destruction of what it captured, which belongs to it.
void drain_what_stops_the_drainer(bool in_destruction) {
  q::thread_pool drained({.running = 1}), other({.running = 1});
  q::auto_reset_event event;
  std::atomic<bool> runs{false};
  q::stop_status answer{};
  std::unique_ptr<q::pool_work> drainer;
  drainer = std::make_unique<q::pool_work>(other, [&] {
    EXPECT_TRUE(eventually([&] { return runs.load(); }));
    drained.drain(30s);  // may still see the other one end, which goes on when it is deferred
  });
  const auto stop_drainer = [&] {
    runs = true;
    answer = drainer->stop_for(60s).status;
  };
  struct stops_at_its_end {
    std::function<void()> stop;
    ~stops_at_its_end() { stop(); }
  };
  auto captured = in_destruction ? std::make_unique<stops_at_its_end>(stop_drainer) : nullptr;
  std::unique_ptr<q::registered_wait> wait;
  wait = std::make_unique<q::registered_wait>(
      drained,
      [&, captured = std::move(captured)](q::callback_scope&) { captured ? wait->request_stop() : stop_drainer(); },
      q::wait_options{.where = q::run_on::signalling_thread});
  wait->arm(event);
  drainer->submit();
  std::thread signaller([&] { event.set(); });
  signaller.join();
  drainer->stop();
  wait.reset();
  EXPECT_EQ(answer, q::stop_status::deferred);
}

TEST(Drain, ReturnsWhenACallbackOnAThreadThatSignalsWaitsForTheDrainer_D8) {
  drain_what_stops_the_drainer(false);
  drain_what_stops_the_drainer(true);
}

TEST(Drain, InsideACallbackOfThePoolItIsABugOfTheCaller_D8_J4) {
  q::thread_pool pool({.running = 1});
  std::atomic<bool> refused{false};
  pool.post([&] {
    try {
      static_cast<void>(pool.drain(30s));
    } catch (const std::logic_error& error) {
      refused = std::string(error.what()).find("inside one of its own callbacks") != std::string::npos;
    }
  });
  pool.stop();
  EXPECT_TRUE(refused);
}

// What a callback captured belongs to it: until that is destroyed it is in flight.
TEST(Drain, NamesAWaitWhoseCallbackIsStillBeingDestroyed_D8) {
  struct slow_to_end {
    slow_to_end(q::manual_reset_event& event, std::atomic<bool>& flag) : go_on(event), ending(flag) {}
    slow_to_end(const slow_to_end&) = delete;
    slow_to_end& operator=(const slow_to_end&) = delete;
    ~slow_to_end() {
      ending = true;
      EXPECT_TRUE(q::wait_for(go_on, 30s));
    }
    q::manual_reset_event& go_on;
    std::atomic<bool>& ending;
  };
  q::thread_pool pool({.running = 1});
  q::manual_reset_event go_on;
  q::auto_reset_event event, may_end;
  std::atomic<bool> ending{false};
  q::registered_wait wait(
      pool,
      [&, kept = std::make_shared<slow_to_end>(go_on, ending)](q::callback_scope&) { EXPECT_TRUE(q::wait(may_end)); },
      {.name = "slow"});
  wait.arm(event);
  event.set();
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
  wait.request_stop();
  may_end.set();
  ASSERT_TRUE(eventually([&] { return ending.load(); }));
  const std::vector<q::callback_info> left = pool.drain(1ms);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.front().name, "slow");
  EXPECT_NE(left.front().thread, 0u);
  EXPECT_EQ(wait.in_flight().size(), 1u);
  go_on.set();
  EXPECT_TRUE(pool.drain(30s).empty());
}

}  // namespace
