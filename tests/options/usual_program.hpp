#pragma once

#include <atomic>
#include <chrono>

#include "quiesce/quiesce.hpp"

namespace options {

/// What a usual program does with the library: blocking waits, callbacks of every kind, names, stops. It throws nothing,
/// and so is whatever options it is built with. Returns whether all came as it should.
inline bool usual_program(bool with_processes) {
  namespace q = quiesce;
  using namespace std::chrono_literals;
  bool right = true;
  q::auto_reset_event event;
  q::manual_reset_event done;
  q::semaphore semaphore(0, 2);
  q::mutex mutex;
  q::timer timer;
  event.set_name("event");
  {
    q::thread_pool pool({.name = "usual", .running = 2});
    std::atomic<int> calls{0};
    q::registered_wait wait = pool.register_wait(event, [&](q::callback_scope& scope) {
      ++calls;
      scope.set_on_return(semaphore);
    });
    q::registered_wait limited(pool, [&](q::callback_scope& scope) {
      if (scope.result().status == q::wait_status::timed_out) ++calls;
    });
    limited.arm(done, 1us);
    q::pool_work work(pool, [&] { ++calls; }, {.name = "work"});
    q::pool_timer ticks(pool, [&] { ++calls; });
    q::stop_group group;
    group.add(work);
    group.add(ticks);
    event.set();
    right = right && q::wait_for(semaphore, 30s);
    work.submit();
    work.wait_for_callbacks();
    ticks.set(0s);
    pool.post([&] { done.set(); });
    timer.set(1us);
    right = right && q::wait_all_for({done, timer}, 30s) && q::wait_any_for({event, done}, 30s).index == 1;
    mutex.lock();
    right = right && q::signal_and_wait_for(mutex, done, 30s);
    if (with_processes) {
      q::process child = q::process::spawn({"true"});
      right = right && q::wait_for(child, 30s) && child.status().exited;
    }
    group.stop();
    wait.stop();
    right = right && pool.drain(30s).empty();
    limited.stop();
    right = right && pool.stop().status == q::stop_status::stopped && calls >= 3;
  }
  return right;
}

}  // namespace options
