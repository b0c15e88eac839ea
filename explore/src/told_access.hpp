/// Plain accesses that the explorer makes in place of the C++ library, whose code has no hooks, and tells of.
#pragma once

#include "hooks.hpp"

namespace explore {

/// For one call of a function of the library; `pc` is where it was called. Outside of executions nothing is told.
class told_access {
 public:
  explicit told_access(std::uintptr_t pc) noexcept : pc_(pc), on_(is_explored()) {}

  template <class T>
  T get(const T& from) const noexcept {
    tell(&from, sizeof from, touch::read, op::plain_read);
    return from;
  }

  template <class T, class Value>
  void set(T& to, Value value) const noexcept {
    tell(&to, sizeof to, touch::write, op::plain_write);
    to = value;
  }

 private:
  void tell(const volatile void* p, std::size_t size, touch how, op what) const noexcept {
    if (!on_) return;
    active->self().pending.pc = pc_;
    active->touch_memory(number(p), size, how, what);
  }

  std::uintptr_t pc_;
  bool on_;
};

}  // namespace explore
