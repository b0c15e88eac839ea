// Stops that come from where a callback, a wait or a pool is just being destroyed.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

// A service whose callback keeps it alive, the usual cycle: it ends when the callback is destroyed, and with it the pool.
struct service {
  std::unique_ptr<q::registered_wait> wait;
  std::unique_ptr<q::thread_pool> pool;
  std::atomic<bool>* ended;
  ~service() {
    wait.reset();
    pool.reset();
    *ended = true;
  }
};

template <class Stop>
bool service_ends_by(Stop stop) {
  std::atomic<bool> ended{false};
  q::auto_reset_event event;
  {
    auto owner = std::make_shared<service>();
    owner->ended = &ended;
    owner->pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    owner->wait =
        std::make_unique<q::registered_wait>(*owner->pool, [owner](q::callback_scope&) { FAIL() << "nothing fired"; });
    owner->wait->arm(event);
    service& served = *owner;
    owner.reset();
    stop(served);
  }
  return eventually([&] { return ended.load(); });
}

// asio#1475: what was cancelled kept its owner alive for ever.
TEST(StopAtTheEndOfLife, AWaitThatOnlyItsOwnCallbackOwnsCanBeStopped_D3) {
  EXPECT_TRUE(service_ends_by([](service& s) { s.wait->stop(); }));
}

TEST(StopAtTheEndOfLife, AndSoCanARequestedStop_D4) {
  EXPECT_TRUE(service_ends_by([](service& s) { s.wait->request_stop(); }));
}

TEST(StopAtTheEndOfLife, AndSoCanItsPool_D3) {
  EXPECT_TRUE(service_ends_by([](service& s) { s.pool->stop(); }));
}

TEST(StopAtTheEndOfLife, AndSoCanARequestedStopOfItsPool_D3_D4) {
  EXPECT_TRUE(service_ends_by([](service& s) { s.pool->request_stop(); }));
}

TEST(StopAtTheEndOfLife, APoolThatIsStoppedByWhatACallbackCapturedAnswersDeferred_D3) {
  struct stops_pool {
    q::thread_pool* pool;
    q::stop_status* status;
    ~stops_pool() {
      if (pool != nullptr) *status = pool->stop().status;
    }
  };
  q::thread_pool pool({.running = 1});
  q::stop_status status = q::stop_status::stopped;
  auto captured = std::make_shared<stops_pool>(stops_pool{nullptr, nullptr});
  captured->pool = &pool;
  captured->status = &status;
  q::registered_wait wait{pool, [captured](q::callback_scope&) {}};
  captured.reset();
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(status, q::stop_status::deferred);
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
}

// By no worker, but inside all the same: a stop that waited would wait for itself.
TEST(StopAtTheEndOfLife, APoolMayBeDestroyedByWhatACallbackCapturedThoughOnAnotherThread_D3_J1) {
  const auto before = support::count_threads();
  auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
  q::thread_pool& made_on = *pool;
  q::registered_wait wait{made_on, [owned = std::move(pool)](q::callback_scope&) {}};
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
}

TEST(StopAtTheEndOfLife, AWaitThatOnlyItsOwnCallbackOwnsMayBeAssignedTo_D3) {
  struct service {
    std::optional<q::registered_wait> wait;
  };
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  auto owner = std::make_shared<service>();
  owner->wait.emplace(pool, [owner](q::callback_scope&) { FAIL() << "nothing fired"; });
  const std::weak_ptr<service> is_there = owner;
  q::registered_wait& assigned = *owner->wait;
  owner.reset();
  int calls = 0;
  q::registered_wait other(pool, [&](q::callback_scope&) { ++calls; });
  assigned = std::move(other);
  EXPECT_TRUE(is_there.expired());
  EXPECT_EQ(other.arm(event), q::arm_status::armed) << "it is left as it was";
  event.set();
  other.stop();
  EXPECT_EQ(calls, 1);
}

// All workers stop one wait that has fired: nobody is left to run its callback.
TEST(StopAtTheEndOfLife, WorkersThatAllWaitInAStopDropWhatCannotRun_D3) {
  for (const unsigned workers : {1u, 2u}) {
    q::thread_pool pool({.running = workers});
    q::auto_reset_event event;
    std::atomic<unsigned> ready{0};
    std::atomic<std::size_t> dropped{0};
    std::atomic<unsigned> stopped{0};
    std::atomic<int> ran{0};
    q::registered_wait target{pool, [&](q::callback_scope&) { ++ran; }};
    for (unsigned i = 0; i < workers; ++i) {
      pool.post([&] {
        ++ready;
        // Every worker is in its callback before the wait fires, so nobody can take it up.
        EXPECT_TRUE(eventually([&] { return ready.load() == workers + 1; }));
        dropped += target.stop().dropped;
        ++stopped;
      });
    }
    ASSERT_TRUE(eventually([&] { return ready.load() == workers; }));
    target.arm(event);
    event.set();
    ++ready;
    EXPECT_TRUE(eventually([&] { return stopped.load() == workers; })) << workers;
    EXPECT_EQ(dropped.load() + static_cast<std::size_t>(ran.load()), 1u);
  }
}

// The arming fires at once, and its callback destroys the wait before arm() has come to its end.
TEST(StopAtTheEndOfLife, AWaitMayBeDestroyedByTheCallbackOfTheArmingThatIsStillUnderWay_A4_D3) {
  q::thread_pool pool({.running = 1});
  const q::manual_reset_event event(true);
  for (int round = 0; round < 3000; ++round) {
    std::atomic<bool> destroyed{false};
    std::unique_ptr<q::registered_wait> owner;
    owner = std::make_unique<q::registered_wait>(pool, [&](q::callback_scope&) {
      owner.reset();
      destroyed = true;
    });
    owner->arm(event);
    ASSERT_TRUE(eventually([&] { return destroyed.load(); })) << round;
  }
  EXPECT_EQ(pool.stop_for(30s).status, q::stop_status::stopped) << "a wait was lost that the pool still counts";
}

// The worker waits for the stop of one wait, whose callable, just being destroyed by another thread, stops a second wait
// that has fired: the worker cannot run it, and must not be waited for.
TEST(StopAtTheEndOfLife, WhatACallbackCapturedMayStopAWaitWhileTheWorkersWaitForTheFirstStop_D3) {
  struct at_end {
    std::function<void()> call;
    ~at_end() {
      if (call) call();
    }
  };
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, worker_is_there;
  std::atomic<bool> second_ran{false};
  q::registered_wait second{pool, [&](q::callback_scope&) { second_ran = true; }};
  std::unique_ptr<q::registered_wait> first;
  q::stop_result inner;
  auto captured = std::make_shared<at_end>();
  captured->call = [&] {
    pool.post([&] {
      worker_is_there.set();
      first->stop();
    });
    EXPECT_TRUE(q::wait_for(worker_is_there, 30s));
    second.arm(event);
    event.set();
    inner = second.stop_for(30s);
  };
  first = std::make_unique<q::registered_wait>(pool, [captured](q::callback_scope&) {});
  captured.reset();
  first->stop();
  EXPECT_EQ(inner.status, q::stop_status::stopped);
  EXPECT_EQ(inner.dropped, second_ran.load() ? 0u : 1u);
  pool.stop();
}

TEST(StopAtTheEndOfLife, AStopOfThePoolFromACallbackLosesNothingThatHadFired_D3_C13) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event first, second, asked;
  int ran = 0;
  q::registered_wait wait{pool, [&](q::callback_scope& s) {
                            if (++ran > 1) return;
                            s.arm(second);
                            second.set();
                            EXPECT_EQ(pool.stop().status, q::stop_status::deferred);
                            EXPECT_EQ(s.arm(second), q::arm_status::refused);
                            asked.set();
                          }};
  wait.arm(first);
  first.set();
  ASSERT_TRUE(q::wait_for(asked, 30s));
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped);
  EXPECT_EQ(ran, 2);
}

TEST(StopAtTheEndOfLife, AssigningToAWaitStopsTheOldOneBeforeTheNewOneIsThere_D1) {
  q::thread_pool pool({.running = 1});
  for (int round = 0; round < 300; ++round) {
    q::auto_reset_event event, begun, go_on;
    q::registered_wait wait{pool, [](q::callback_scope&) {}};
    wait = q::registered_wait{pool, [&](q::callback_scope&) {
                                begun.set();
                                EXPECT_TRUE(q::wait_for(go_on, 30s));
                                wait.arm(event);
                              }};
    wait.arm(event);
    event.set();
    ASSERT_TRUE(q::wait_for(begun, 30s));
    std::thread releaser([&] { go_on.set(); });
    wait = q::registered_wait{pool, [](q::callback_scope&) {}};
    releaser.join();
    EXPECT_FALSE(wait.disarm()) << "the new wait was armed by a callback of the old one";
  }
}

TEST(StopAtTheEndOfLife, AStoppedPoolKeepsNoThreadThoughItsWaitsAreStillThere_J3) {
  const auto before = support::count_threads();
  q::auto_reset_event event;
  auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
  q::registered_wait wait{*pool, [](q::callback_scope&) {}};
  wait.arm(event, 1h);
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before + 2; }));
  pool.reset();
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
  EXPECT_TRUE(q::try_wait(wait.stopped()));
  EXPECT_EQ(wait.arm(event), q::arm_status::refused);
}

// The wait is seen as stopped whenever its pool is.
TEST(StopAtTheEndOfLife, AStoppedPoolHasOnlyStoppedWaits_D1) {
  for (int round = 0; round < 2000; ++round) {
    q::thread_pool pool({.running = 1});
    q::registered_wait wait{pool, [](q::callback_scope&) {}};
    std::thread other([&] { wait.request_stop(); });
    pool.stop();
    EXPECT_TRUE(q::try_wait(wait.stopped())) << round;
    other.join();
  }
}

TEST(StopAtTheEndOfLife, ARepeatingWaitThatArmsItselfTooDoesNotPileUp_C6) {
  q::thread_pool pool({.running = 1});
  q::manual_reset_event event;
  std::atomic<int> calls{0};
  q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope& s) {
    ++calls;
    s.arm(event);
  });
  event.set();
  ASSERT_TRUE(eventually([&] { return calls.load() > 2000; }));
  event.reset();
  const int before = calls.load();
  wait.stop();
  EXPECT_LE(calls.load() - before, 3) << "one that ran at the reset, what it and its beginning had fired, no more";
}

TEST(StopAtTheEndOfLife, ManyWaitsMayBeDestroyedWhileArmedThoughTheirHandlesAndTheirPoolGoFirst_A4_D1) {
  constexpr std::size_t all = 512;
  for (const bool pool_first : {false, true}) {
    std::atomic<int> calls{0};
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 2});
    std::vector<q::auto_reset_event> events(all), kept;
    std::vector<q::registered_wait> waits;
    for (q::auto_reset_event& event : events) {
      waits.emplace_back(*pool, [&](q::callback_scope&) { ++calls; });
      waits.back().arm(event, waits.size() % 2 == 0 ? q::never : q::deadline(1h));
    }
    for (std::size_t i = 0; i < all; i += 8) kept.push_back(events[i].duplicate());
    events.clear();
    if (pool_first) pool.reset();
    waits.clear();
    for (q::auto_reset_event& event : kept) {
      event.set();
      EXPECT_TRUE(q::try_wait(event)) << "nobody took it";
    }
    pool.reset();
    EXPECT_EQ(calls, 0);
  }
}

}  // namespace
