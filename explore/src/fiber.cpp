#include "fiber.hpp"

#include <sys/auxv.h>

#include <cstring>

#if !defined(__x86_64__)
#error "the explorer's switch between threads is written for x86-64"
#endif

// Ends in an indirect jump: a return would go to where no call came from, and the processor would have predicted another
// place. The control words of the floating-point unit are not switched.
asm(R"(
.text
.globl explore_switch_stack
.type explore_switch_stack,@function
explore_switch_stack:
  .cfi_startproc
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  popq %r8
  jmp *%r8
  .cfi_endproc
.size explore_switch_stack,.-explore_switch_stack
)");

extern "C" void explore_switch_stack(void** save, void* to) noexcept;

namespace explore {

void prepare_fiber(fiber& made, void* stack_begin, std::size_t stack_size, void (*entry)()) noexcept {
  const std::uintptr_t top = (reinterpret_cast<std::uintptr_t>(stack_begin) + stack_size) & ~std::uintptr_t{15};
  auto* place = reinterpret_cast<std::uintptr_t*>(top - 16);
  *--place = 0;  // as if called from nowhere: an unwinder stops here
  *--place = reinterpret_cast<std::uintptr_t>(entry);
  for (int i = 0; i < 6; ++i) *--place = 0;
  made.stack_pointer = place;
}

void switch_fiber(fiber& from, const fiber& to) noexcept {
  if (to.thread_base != from.thread_base) asm volatile("wrfsbase %0" ::"r"(to.thread_base) : "memory");
  explore_switch_stack(&from.stack_pointer, to.stack_pointer);
}

std::uintptr_t current_thread_base() noexcept {
  std::uintptr_t base = 0;
  asm volatile("movq %%fs:0, %0" : "=r"(base));  // the thread block begins with its own address
  return base;
}

bool can_switch_thread_base() noexcept {
  constexpr unsigned long fsgsbase = 1UL << 1;  // HWCAP2_FSGSBASE
  return (::getauxval(AT_HWCAP2) & fsgsbase) != 0;
}

}  // namespace explore
