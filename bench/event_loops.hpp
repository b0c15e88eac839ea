#pragma once

#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "event_kinds.hpp"

// The loops that every kind of event goes through.

namespace quiesce_bench {

template <class Event>
void set_and_wait_by_one_thread(benchmark::State& state) {
  const second_thread other;
  Event event;
  for (auto _ : state) {
    event.set();
    event.wait();
    benchmark::DoNotOptimize(event);
  }
}

// Two threads that wake each other. One turn is there and back.
template <class Event>
void round_trip(benchmark::State& state) {
  Event there, back;
  std::atomic<bool> over{false};
  std::thread other([&] {
    for (;;) {
      there.wait();
      if (over.load(std::memory_order_relaxed)) return;
      back.set();
    }
  });
  for (auto _ : state) {
    there.set();
    back.wait();
  }
  over.store(true, std::memory_order_relaxed);
  there.set();
  other.join();
}

}  // namespace quiesce_bench
