#include "pool/consumed_mutexes.hpp"

#include <utility>

namespace quiesce::inline v0 {

void consumed_mutexes::append(mutex_object& mutex, std::uint64_t before, bool was_abandoned) noexcept {
  mutex.held = {.next = nullptr, .turn = next_turn_ + before, .was_abandoned = was_abandoned};
  *end_ = &mutex;
  end_ = &mutex.held.next;
}

mutex_object* consumed_mutexes::begins() noexcept {
  const std::uint64_t turn = next_turn_++;
  mutex_object* const oldest = first_;
  if (oldest == nullptr || oldest->held.turn != turn) return nullptr;
  first_ = oldest->held.next;
  if (first_ == nullptr) end_ = &first_;
  return oldest;
}

mutex_object* consumed_mutexes::drop() noexcept {
  end_ = &first_;
  return std::exchange(first_, nullptr);
}

}  // namespace quiesce::inline v0
