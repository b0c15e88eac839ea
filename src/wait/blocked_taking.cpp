#include "wait/blocked_taking.hpp"

#include <algorithm>

namespace quiesce::inline v0 {

bool blocked_taking::is_looked_at(std::span<const waiter> places, deadline until,
                                  const std::stop_token& token) noexcept {
  if (!until.is_never() || token.stop_possible() || !can_hold_up_others()) return false;
  if (places.size() > 1 && places.front().all == nullptr) return false;
  return std::ranges::any_of(places, [](const waiter& place) { return place.object->has_owner(); });
}

// A mutex that was handed over meanwhile is this thread's own. Who gave one back before he came into the graph is seen to
// have given it back: he took the lock of the graph since.
bool blocked_taking::is_held_up_by(const blocked_wait& other) const noexcept {
  if (&other == this) return false;
  return std::ranges::any_of(places_, [&](const waiter& place) { return place.object->owner() == other.thread(); });
}

std::string blocked_taking::text(const blocked_wait& next) const {
  for (const waiter& place : places_) {
    if (place.object->owner() != next.thread()) continue;
    const std::string name = place.object->name();
    return "the wait for the mutex" + (name.empty() ? name : " [" + name + ']') + this->place();
  }
  return "the wait for a mutex" + this->place();
}

}  // namespace quiesce::inline v0
