// Bugs of the callers of what makes callbacks: circles of stops and waits, and what only a registered wait can do.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

class CallbackSourcesDeathTest : public testing::Test {
 protected:
  CallbackSourcesDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Two callbacks that meet, and then each do something to the other's wait.
template <class First, class Second>
void meet(First first, Second second) {
  q::thread_pool pool({.running = 2});
  std::atomic<int> here{0};
  std::unique_ptr<q::pool_work> a, b;
  const auto come = [&here] {
    ++here;
    static_cast<void>(support::eventually([&] { return here == 2; }));
  };
  a = std::make_unique<q::pool_work>(pool, [&] { come(), first(b); });
  b = std::make_unique<q::pool_work>(pool, [&] { come(), second(a); });
  a->submit();
  b->submit();
  pool.stop();
}

TEST_F(CallbackSourcesDeathTest, ADestructorInACircleOfStopsEndsTheProcess_D8) {
  const auto stop = [](auto& other) { other->stop(); };
  const auto destroy = [](auto& other) { other.reset(); };
  EXPECT_DEATH(meet(stop, destroy), "stop each other in a circle, and one of the stops is a destructor");
  EXPECT_DEATH(meet(destroy, stop), "stop each other in a circle, and one of the stops is a destructor");
}

TEST_F(CallbackSourcesDeathTest, ADestructorOfAPoolInACircleOfStopsEndsTheProcess_D8) {
  const auto destroy = [] {
    std::barrier<> both(2);
    auto a = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    auto b = std::make_unique<q::thread_pool>(q::pool_options{.running = 1});
    a->post([&] {
      both.arrive_and_wait();
      b.reset();
    });
    b->post([&] {
      both.arrive_and_wait();
      a->stop();
    });
    static_cast<void>(q::wait_for(a->stopped(), 30s));
  };
  EXPECT_DEATH(destroy(), "stop each other in a circle, and one of the stops is a destructor");
}

TEST_F(CallbackSourcesDeathTest, ADestructorOfAGroupInACircleOfStopsEndsTheProcess_C9_D8) {
  const auto destroy = [] {
    std::barrier<> both(2);
    q::thread_pool pool({.running = 2});
    q::stop_group a;
    auto b = std::make_unique<q::stop_group>();
    q::pool_work of_a(pool, [&] {
      both.arrive_and_wait();
      b.reset();
    });
    q::pool_work of_b(pool, [&] {
      both.arrive_and_wait();
      a.stop();
    });
    a.add(of_a);
    b->add(of_b);
    of_a.submit();
    of_b.submit();
    static_cast<void>(q::wait_for(a.stopped(), 30s));
  };
  EXPECT_DEATH(destroy(), "stop each other in a circle, and one of the stops is a destructor");
}

TEST_F(CallbackSourcesDeathTest, CallbacksThatWaitForEachOtherEndTheProcessWithThePlace_D5_D8) {
  const auto wait = [](auto& other) { other->wait_for_callbacks(); };
  EXPECT_DEATH(meet(wait, wait), "wait for each other in a circle.*callback_sources_test.cpp:");
}

TEST_F(CallbackSourcesDeathTest, ACallbackThatWaitsForItsOwnEndsTheProcessWithItsNameAndThePlace_D5) {
  const auto wait = [] {
    q::thread_pool pool({.running = 1});
    q::pool_work* self = nullptr;
    q::pool_work work(pool, [&] { self->wait_for_callbacks(); }, {.name = "impatient"});
    self = &work;
    work.submit();
    pool.stop();
  };
  EXPECT_DEATH(wait(), "waits for the callbacks of its own wait .impatient. .*callback_sources_test.cpp:");
}

TEST_F(CallbackSourcesDeathTest, AWorkAndATimerCannotBeArmedInTheirCallbacks_C9_J4) {
  static const q::auto_reset_event event;
  const auto arm = [](q::callback_scope& s) { s.arm(event); };
  const auto in_work = [arm] {
    q::thread_pool pool({.running = 1});
    q::pool_work work(pool, arm, {.name = "digging"});
    work.submit();
    pool.stop();
  };
  EXPECT_DEATH(in_work(), "only a registered wait can be armed .digging. .*callback_sources_test.cpp:");
  const auto in_timer = [arm] {
    q::thread_pool pool({.running = 1});
    q::pool_timer timer(pool, arm, {.name = "tick"});
    timer.set(0s);
    static_cast<void>(q::wait_for(q::auto_reset_event(), 30s));
  };
  EXPECT_DEATH(in_timer(), "only a registered wait can be armed .tick. .*callback_sources_test.cpp:");
}

TEST_F(CallbackSourcesDeathTest, MoreThanCanBeCountedIsAnsweredWithTheNameAndThePlace_C5_J4) {
  constexpr int most = 8'388'607;
  const auto submit = [] {
    q::thread_pool pool({.running = 1});
    const support::held_worker worker(pool);
    q::pool_work work(pool, [] {}, {.name = "digging"});
    for (int i = 0; i < most; ++i) work.submit();
    std::fputs("all counted; ", stderr);
    work.submit();
  };
  EXPECT_DEATH(submit(), "all counted; .*8388607 callbacks due .digging. .*callback_sources_test.cpp:");
  const auto arm = [] {
    q::thread_pool pool({.running = 1});
    const support::held_worker worker(pool);
    const q::manual_reset_event event(true);
    q::registered_wait wait(pool, [](q::callback_scope&) {}, {.name = "hopeful"});
    for (int i = 0; i < most; ++i) wait.arm(event);
    std::fputs("all counted; ", stderr);
    wait.arm(event);
  };
  EXPECT_DEATH(arm(), "all counted; .*8388607 callbacks due .hopeful. .*callback_sources_test.cpp:");
}

}  // namespace
