// Waiting until nothing of a pool is in flight.
#include "pool/crew.hpp"

namespace quiesce::inline v0 {

bool crew::begin_drain(drainer& self) noexcept {
  const std::lock_guard lock(mutex_);
  if (is_drained()) return false;
  self.next = drainers_;
  self.previous = &drainers_;
  if (self.next != nullptr) self.next->previous = &self.next;
  drainers_ = &self;
  return true;
}

bool crew::end_drain(drainer& self) noexcept {
  const std::lock_guard lock(mutex_);
  if (self.previous == nullptr) return true;
  *self.previous = self.next;
  if (self.next != nullptr) self.next->previous = self.previous;
  return false;
}

void crew::tell_drainers() noexcept {
  while (drainer* const told = drainers_) {
    drainers_ = told->next;
    told->previous = nullptr;
    told->drained.set();  // Last touch of the drainer: its thread goes on.
  }
}

}  // namespace quiesce::inline v0
