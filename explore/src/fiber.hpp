/// A stack and the registers that a call preserves: what a logical thread is while it does not run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace explore {

struct fiber {
  void* stack_pointer = nullptr;
  std::uintptr_t thread_base = 0;  // what the processor's thread register holds while it runs
};

/// Makes `made` begin in `entry`, which must not return, on the given stack. Unwinding ends there.
void prepare_fiber(fiber& made, void* stack_begin, std::size_t stack_size, void (*entry)()) noexcept;

/// Leaves the running one, whose place is kept in `from`, and continues `to`.
void switch_fiber(fiber& from, const fiber& to) noexcept;

std::uintptr_t current_thread_base() noexcept;

/// Whether this processor and kernel let a program change its thread base.
bool can_switch_thread_base() noexcept;

}  // namespace explore
