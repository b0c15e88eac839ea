// What callbacks captured is destroyed where no lock of the library is held, wherever that happens.
#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/at_destruction.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::at_destruction;
using support::eventually;

/// A pool and a group with members, of which another thread makes use.
struct surroundings {
  q::thread_pool pool{{.running = 1, .maximum = 1}};
  q::stop_group group;
  q::auto_reset_event event;
  q::registered_wait wait{pool, [](q::callback_scope&) {}};
  std::atomic<int> uses{0};

  surroundings() { group.add(wait); }

  /// On a thread of its own: if the calling thread held a lock, that would hang.
  void use() {
    std::thread([&] {
      wait.arm(event, 1h);
      event.set();
      wait.disarm();
      static_cast<void>(q::try_wait_all({event, pool.stopped()}));
      static_cast<void>(wait.in_flight());
      static_cast<void>(group.in_flight());
      static_cast<void>(pool.drain(0s));
      static_cast<void>(pool.counts());
      static_cast<void>(pool.post([] {}));
      const q::pool_work made(pool, [] {});
      group.add(made);
    }).join();
    ++uses;
  }
};

class captured {
 public:
  explicit captured(surroundings& uses) : uses_(&uses) {}
  captured(captured&& other) noexcept : uses_(std::exchange(other.uses_, nullptr)) {}
  captured& operator=(captured&&) = delete;
  ~captured() {
    if (uses_ != nullptr) uses_->use();
  }

 private:
  surroundings* uses_;
};

// zeroc-ice/ice#6021, xrootd/xrootd#216, facebookexperimental/libunifex#670: destructors of users ran under a lock.
TEST(CapturedObjects, MayUseTheLibraryWhenAStopDestroysThem_D8) {
  surroundings all;
  const auto callback = [&] { return [kept = captured(all)](q::callback_scope&) {}; };
  int uses = 0;
  {
    q::registered_wait wait(all.pool, callback());
    wait.arm(all.event, 1h);
    wait.stop();
    EXPECT_EQ(all.uses, ++uses);
  }
  { const q::pool_work work(all.pool, callback()); }
  EXPECT_EQ(all.uses, ++uses) << "of a destructor";
  q::pool_timer timer(all.pool, callback());
  timer.set(1h);
  timer.request_stop();
  EXPECT_EQ(all.uses, ++uses);
  {
    q::registered_wait wait(all.pool, callback());
    wait = q::registered_wait(all.pool, callback());
    EXPECT_EQ(all.uses, ++uses) << "of an assignment";
  }
  EXPECT_EQ(all.uses, ++uses);
}

TEST(CapturedObjects, MayUseTheLibraryWhenTheThreadThatRanTheirCallbackDestroysThem_D8) {
  surroundings all;
  EXPECT_EQ(all.pool.post([kept = captured(all)] {}), q::post_status::queued);
  EXPECT_TRUE(eventually([&] { return all.uses == 1; }));
  q::auto_reset_event event;
  for (const q::run_on where : {q::run_on::worker, q::run_on::persistent_thread, q::run_on::signalling_thread}) {
    all.uses = 0;
    q::registered_wait* self = nullptr;
    q::registered_wait wait(all.pool, [&self, kept = captured(all)](q::callback_scope&) { self->request_stop(); },
                            {.where = where});
    self = &wait;
    wait.arm(event);
    event.set();
    EXPECT_TRUE(q::wait_for(wait.stopped(), 30s));
    EXPECT_EQ(all.uses, 1);
  }
}

TEST(CapturedObjects, MayUseTheLibraryWhenTheyAreRefused_D8) {
  surroundings all;
  q::thread_pool stopped({.running = 1});
  stopped.stop();
  EXPECT_EQ(stopped.post([kept = captured(all)] {}), q::post_status::refused);
  EXPECT_EQ(all.uses, 1);
  const q::registered_wait wait(stopped, [kept = captured(all)](q::callback_scope&) {});
  EXPECT_EQ(all.uses, 2);
  const q::pool_work work(stopped, [kept = captured(all)] {});
  EXPECT_EQ(all.uses, 3);
  q::stop_group group;
  group.stop();
  const q::pool_work late(all.pool, [kept = captured(all)] {});
  EXPECT_EQ(group.add(late), q::join_status::refused);
  EXPECT_EQ(all.uses, 4);
}

TEST(CapturedObjects, MayUseTheLibraryWhenAPoolOrAGroupStopsThem_D8) {
  for (const bool by_group : {false, true}) {
    surroundings all;
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    q::stop_group group;
    std::vector<q::registered_wait> waits;
    for (int i = 0; i < 3; ++i) {
      waits.emplace_back(*pool, [kept = captured(all)](q::callback_scope&) {});
      waits.back().arm(all.event);
      group.add(waits.back());
    }
    by_group ? static_cast<void>(group.stop()) : pool.reset();
    EXPECT_EQ(all.uses, 3);
  }
}

// Of the stopped pool and group itself: what is destroyed on the way asks them while they close their members.
TEST(CapturedObjects, MayUseThePoolAndTheGroupThatStopThem_D8) {
  for (const bool by_group : {false, true}) {
    surroundings all;
    std::vector<q::registered_wait> waits;
    for (int i = 0; i < 3; ++i) {
      waits.emplace_back(all.pool, [kept = captured(all)](q::callback_scope&) {});
      all.group.add(waits.back());
    }
    EXPECT_EQ((by_group ? all.group.stop() : all.pool.stop()).status, q::stop_status::stopped);
    EXPECT_EQ(all.uses, 3);
  }
}

// The same of what a pool was given to call: for exceptions, and for its reports.
TEST(CapturedObjects, AndSoMayTheHandlersOfAPool_D8) {
  surroundings all;
  q::auto_reset_event go_on;
  std::atomic<int> handled{0};
  q::thread_pool* stuck = nullptr;
  const auto use = [&] {
    all.use();
    std::thread([&] {
      static_cast<void>(stuck->counts());
      static_cast<void>(stuck->drain(0s));
      static_cast<void>(stuck->post([] {}));
    }).join();
    ++handled;
    go_on.set();
  };
  q::thread_pool pool({.running = 1,
                       .exceptions = q::on_exception::handler,
                       .handler = [&](const std::exception_ptr&) { use(); },
                       .report = [&](const std::string&) { use(); }});
  stuck = &pool;
  pool.post([] { throw 1; });
  ASSERT_TRUE(q::wait_for(go_on, 30s));
  pool.post([&] { EXPECT_TRUE(q::wait_for(go_on, 30s)) << "until somebody reports that it is stuck"; });
  pool.post([] {});
  EXPECT_TRUE(pool.drain(60s).empty());
  EXPECT_EQ(handled, 2);
}

TEST(CapturedObjects, AreDestroyedWithoutTheLockOfTheirOwnSource_D8) {
  struct joined_at_its_end {
    std::function<void()> call;
    ~joined_at_its_end() {
      if (call) std::thread(call).join();
    }
  };
  q::stop_group late;
  q::thread_pool pool({.running = 1});
  q::registered_wait* self = nullptr;
  bool was_added = false;
  auto kept = std::make_shared<joined_at_its_end>();
  kept->call = [&] {
    late.add(*self);
    was_added = true;
  };
  q::registered_wait wait(pool, [kept](q::callback_scope&) {});
  self = &wait;
  kept.reset();
  wait.stop();
  EXPECT_TRUE(was_added);
}

TEST(CapturedObjects, MayDrainThePoolWhereItRunsNothing_D8) {
  q::thread_pool pool({.running = 1});
  bool is_drained = false;
  q::registered_wait wait(
      pool,
      [kept = std::make_unique<at_destruction>([&] { is_drained = pool.drain(30s).empty(); })](q::callback_scope&) {});
  wait.stop();
  EXPECT_TRUE(is_drained);
}

TEST(CapturedObjects, OfWhatThePoolCallsEndWithThePoolThoughAWaitOutlivesIt_D1_D3) {
  enum class end { stop, destructor, own_callback };
  for (const end by : {end::stop, end::destructor, end::own_callback}) {
    const auto captured = std::make_shared<int>();
    auto pool = std::make_unique<q::thread_pool>(q::pool_options{.running = 1,
                                                                 .exceptions = q::on_exception::handler,
                                                                 .handler = [captured](const std::exception_ptr&) {},
                                                                 .report = [captured](const std::string&) {}});
    const q::registered_wait outlives(*pool, [](q::callback_scope&) {});
    EXPECT_GE(captured.use_count(), 3);
    switch (by) {
      case end::stop: pool->stop(); break;
      case end::destructor: pool.reset(); break;
      case end::own_callback: pool->post([&] { pool.reset(); }); break;
    }
    EXPECT_TRUE(eventually([&] { return captured.use_count() == 1; })) << static_cast<int>(by);
  }
}

// Here the wait is refused, so that what it captured goes in the middle of the call.
TEST(CapturedObjects, MayOwnTheObjectThatTheirWaitIsRegisteredFor_A4) {
  q::thread_pool pool({.running = 1});
  pool.stop();
  for (const q::run_on where : {q::run_on::worker, q::run_on::signalling_thread}) {
    auto event = std::make_unique<q::auto_reset_event>();
    const q::handle_ref object(*event);
    q::registered_wait wait = pool.register_wait(object, [event = std::move(event)](q::callback_scope&) {},
                                                 q::repeat::once, q::time_limit::none(), {.where = where});
    EXPECT_TRUE(q::try_wait(wait.stopped()));
  }
}

}  // namespace
