// What the pages say allocates nothing, allocates nothing: this program counts what each thread allocates.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "quiesce/quiesce.hpp"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

// Not inline: the compiler would take the pairs of malloc and delete for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

template <class Body>
std::size_t allocations_of(Body body) {
  const std::size_t before = allocations;
  body();
  return allocations - before;
}

TEST(Allocation, IsSeenByThisTest) {
  EXPECT_EQ(allocations_of([] { const q::auto_reset_event event; }), 1u);
}

TEST(Allocation, ThereIsNoneWhenAnObjectIsSignalledAndItsCallbacksRunInline_A7_C5) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, other;
  q::manual_reset_event never_set;
  q::semaphore semaphore(0);
  int calls = 0;
  const auto count = [&](q::callback_scope& s) {
    ++calls;
    if (calls == 1) other.set();
    s.arm(never_set, 1h);
  };
  const q::wait_options inline_options{.where = q::run_on::signalling_thread};
  q::registered_wait on_event(pool, count, inline_options), on_other(pool, count, inline_options),
      on_semaphore(pool, count, inline_options), on_worker(pool, [](q::callback_scope&) {});
  EXPECT_EQ(allocations_of([&] {
              on_event.arm(event);
              on_other.arm(other, 1h);
              event.set();
              on_semaphore.arm(semaphore);
              semaphore.release();
              on_worker.arm(event);
              event.pulse();
              event.set();
              on_event.arm(event);
              on_event.disarm();
              on_event.stop();
              on_other.request_stop();
            }),
            0u);
  EXPECT_EQ(calls, 4);
}

}  // namespace
