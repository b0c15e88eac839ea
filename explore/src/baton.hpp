/// The way to switch where a program cannot change its thread base: each logical thread stays on an OS thread of its own, and
/// a baton says which of them runs. Much slower, and otherwise the same: a logical thread still runs on its fiber's stack, so
/// that it can be dropped in the middle.
#pragma once

#include <atomic>
#include <cstdint>

#include "fiber.hpp"
#include "trace.hpp"

namespace explore {

///   value  name    meaning                                              set by
///     0    sleep   the thread waits                                     itself, when it has read another value
///     1    run     it has the baton                                     who gives the baton away
///     2    leave   it drops its fiber and waits for a new one           who ends the execution
class baton {
 public:
  /// The calling thread, which must be thread `self`, gives the baton to thread `next`, and returns when it has it back.
  /// Does not return if the execution ends meanwhile.
  void pass(unsigned self, unsigned next) noexcept;

  /// Ends the execution: every thread drops its fiber. The main OS thread goes on in `driver`.
  [[noreturn]] void end(unsigned self, const fiber& driver) noexcept;

  /// On the main OS thread, between executions: until no other thread is on its fiber any more.
  void gather() noexcept;

  /// What an OS thread does: waits for the baton, then runs the fiber that was prepared for it.
  [[noreturn]] void serve(unsigned self) noexcept;

  void prepare(unsigned thread, const fiber& place) noexcept { seat_[thread].start = place; }

 private:
  enum word : std::uint32_t { sleep = 0, run = 1, leave = 2 };
  struct seat {
    std::atomic<std::uint32_t> told = sleep;
    std::atomic<std::uint32_t> is_away = 0;  // runs on its fiber, or sleeps there
    fiber base;                              // of the OS thread itself
    fiber start;                             // the fiber that it has to begin
  };
  std::uint32_t wait(unsigned self) noexcept;
  void tell(unsigned thread, std::uint32_t what) noexcept;
  [[noreturn]] void go_home(unsigned self) noexcept;

  seat seat_[most_threads];
  const fiber* driver_ = nullptr;
};

}  // namespace explore
