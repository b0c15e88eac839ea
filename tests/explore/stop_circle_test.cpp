// Callbacks that stop each other, under interleavings: whoever comes last sees the circle, and wakes the others.
#include <cassert>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;

TEST(StopCircleScenario, NobodyHangsWhenTwoCallbacksStopEachOther_D8) {
  explore_bounded(2, {"both deferred", "one after the other"}, [] {
    q::auto_reset_event event;
    q::thread_pool pool({.running = 2});
    q::registered_wait* other = nullptr;
    q::stop_status of_first{}, of_second{};
    q::registered_wait first(pool, [&](q::callback_scope&) { of_first = other->stop().status; });
    q::registered_wait second(pool, [&](q::callback_scope&) { of_second = first.stop().status; });
    other = &second;
    first.arm(event);
    event.set();
    second.arm(event);
    event.set();
    first.stop();
    second.stop();
    assert((of_first == q::stop_status::deferred) == (of_second == q::stop_status::deferred));
    reach(of_first == q::stop_status::deferred ? "both deferred" : "one after the other");
  });
}

TEST(StopCircleScenario, NobodyHangsWhenCallbacksOfTwoPoolsStopEachOthersPools_D8) {
  explore_bounded(2, {"both deferred", "one after the other"}, [] {
    q::thread_pool a({.running = 1});
    q::thread_pool b({.running = 1});
    q::stop_status of_a{}, of_b{};
    a.post([&] { of_a = b.stop().status; });
    b.post([&] { of_b = a.stop().status; });
    a.stop();
    b.stop();
    assert((of_a == q::stop_status::deferred) == (of_b == q::stop_status::deferred));
    reach(of_a == q::stop_status::deferred ? "both deferred" : "one after the other");
  });
}

}  // namespace
