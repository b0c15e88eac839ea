#include "reactor/deadlines.hpp"

#include <algorithm>
#include <limits>

#include "base/contract.hpp"

namespace quiesce::inline v0::reactor {
namespace {

// How many expiries are claimed under one hold of the lock, which threads that arm and cancel are waiting for. What the
// wheel moves to find them comes to it.
constexpr std::size_t batch = 64;

constexpr std::int64_t latest_moment = std::numeric_limits<std::int64_t>::max() - 1;

}  // namespace

deadlines::deadlines() = default;

deadlines::timeline& deadlines::line_of(deadline::clock clock) noexcept {
  switch (clock) {
    case deadline::clock::steady: return steady_;
    case deadline::clock::system: return system_;
    case deadline::clock::never: break;
  }
  base::bug("a deadline that never comes was scheduled");
}

void deadlines::schedule(deadline_entry& entry, deadline when, std::chrono::nanoseconds window) noexcept {
  timeline& line = line_of(when.on());
  const std::lock_guard hold(lock_);
  if (entry.is_scheduled_) base::bug("a deadline was scheduled that is scheduled already");
  entry.is_scheduled_ = true;
  entry.on_ = when.on();
  entry.earliest_ = when.nanoseconds();
  entry.due_ = entry.earliest_ + std::min<std::int64_t>(window.count(), latest_moment - entry.earliest_);
  // The first after a while: time has not come to where it is now.
  if (line.looks_at == not_at_all) static_cast<void>(line.entries.first_until(os::now(line.clock)));
  line.entries.insert(entry);
  if (entry.due_ >= line.looks_at) return;
  // Under the lock, or a later deadline of another thread could be set after this one and take its place.
  line.timer.set(entry.due_);
  line.looks_at = entry.due_;
}

bool deadlines::cancel(deadline_entry& entry) noexcept {
  // Taken even when the entry is idle: the lock is what keeps a claim from still running when this returns.
  const std::lock_guard hold(lock_);
  if (!entry.is_scheduled_) return false;
  line_of(entry.on_).entries.remove(entry);
  entry.is_scheduled_ = false;
  return true;
}

deadline_entry* deadlines::claim_due(timeline& line, std::int64_t now, bool& more) noexcept {
  deadline_entry* first = nullptr;
  deadline_entry** end = &first;
  const std::lock_guard hold(lock_);
  for (std::size_t room = batch;; --room) {
    deadline_entry* const first_due = line.entries.first_until(now);
    if (first_due == nullptr || first_due->earliest_ > now) break;
    if (room == 0) {
      // The reactor comes back at once: until then nobody has to set the timer.
      line.looks_at = soon;
      more = true;
      break;
    }
    deadline_entry& due = *first_due;
    line.entries.pop();
    due.is_scheduled_ = false;
    // Last touch of an entry that answers false: its owner may end it when the lock is free.
    if (!due.claim_expiry()) continue;
    *end = &due;
    end = &due.next_claimed_;
  }
  *end = nullptr;
  if (more) return first;
  // Even when the timer seems to be set right: it has fired, and only the setting makes it fire again. By the system
  // clock that can be long before the moment it was set to, when the clock was set back since.
  line.looks_at = line.entries.next_look();
  if (line.looks_at != not_at_all) line.timer.set(line.looks_at);
  return first;
}

bool deadlines::expire_due(os::clock_id clock, std::int64_t now) noexcept {
  timeline& line = clock == os::clock_id::steady ? steady_ : system_;
  // Before the claiming, which sets the timer anew: the other way round this could take away a readiness it will not
  // get again.
  line.timer.drain();
  bool more = false;
  deadline_entry* next = claim_due(line, now, more);
  while (next != nullptr) {
    deadline_entry& claimed = *next;
    // Read before the call: the entry may be gone after it.
    next = claimed.next_claimed_;
    claimed.tell_expiry();  // Last touch of the entry.
  }
  return more;
}

int deadlines::descriptor(os::clock_id clock) const noexcept {
  return (clock == os::clock_id::steady ? steady_ : system_).timer.get();
}

}  // namespace quiesce::inline v0::reactor
