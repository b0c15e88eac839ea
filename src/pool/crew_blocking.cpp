// What a pool does about callbacks that block.
#include <new>
#include <string>
#include <utility>

#include "pool/crew.hpp"
#include "pool/pool_core.hpp"

namespace quiesce::inline v0 {

void crew::blocking_begins(member& self) noexcept {
  mutex_.lock();
  change(self, [&] { self.is_blocked = true; });
  member* const woken = wake_idle();
  const bool starts_another = reserve_if_needed();
  watch_if_stuck();
  mutex_.unlock();
  if (woken != nullptr) woken->told.unpark();
  if (starts_another) start_reserved();
}

void crew::blocking_ends(member& self) noexcept {
  const std::lock_guard lock(mutex_);
  change(self, [&] { self.is_blocked = false; });
  if (self.is_persistent) return;
  ++episode_;
  refused_ = false;
  settle_pushes();
}

bool crew::may_run_long() noexcept {
  member& self = current();
  if (self.is_persistent) return false;
  mutex_.lock();
  if (self.is_long) {
    mutex_.unlock();
    return true;
  }
  change(self, [&] { self.is_long = true; });
  member* const woken = wake_idle();
  const bool starts_another = reserve_if_needed();
  bool is_replaced = is_ready();
  if (!is_replaced) change(self, [&] { self.is_long = false; });
  mutex_.unlock();
  if (woken != nullptr) woken->told.unpark();
  if (starts_another && !start_reserved()) {
    const std::lock_guard lock(mutex_);
    change(self, [&] { self.is_long = false; });
    is_replaced = false;
  }
  return is_replaced;
}

bool crew::has_only(std::size_t threads, const work_item& item) const noexcept {
  const std::lock_guard lock(mutex_);
  if (item.is_persistent()) return threads == 1;
  if (item.is_inline() && inline_queued_ != 0) return false;  // perhaps it, on a thread that signals
  // Only threads that have all tried to start another one count as refused.
  return threads == threads_ && (threads_ == settings_.maximum || (refused_ && workers_.blocked == threads_));
}

bool crew::is_stuck() const noexcept { return workers_.blocked == threads_ && !items_.empty() && !can_grow(); }

// Whether it lasts is seen later, and elsewhere: most callbacks that block come back soon, and the one who notices may be
// a signaller. At most one limit is scheduled at a time, however often the pool is stuck for a moment.
void crew::watch_if_stuck() noexcept {
  if (!watching_ && reported_episode_ != episode_ && is_stuck()) watch();
}

void crew::watch() noexcept {
  watching_ = true;
  watched_episode_ = episode_;
  pool_.add_reference();
  pool_.deadlines().schedule(*this, settings_.stuck_limit);
}

void crew::tell_expiry() noexcept {
  mutex_.lock();
  reporting_ = is_stuck() && watched_episode_ == episode_;
  if (reporting_) {
    reported_episode_ = episode_;
    const std::size_t threads = threads_;
    const std::size_t queued = items_.size();
    mutex_.unlock();
    report_stuck(threads, queued);
    mutex_.lock();
  }
  watching_ = false;
  watch_if_stuck();
  const bool last = std::exchange(reporting_, false) && present_ == 0;
  mutex_.unlock();
  if (last) pool_.all_left();
  pool_.release();  // Last touch of the crew.
}

void crew::report_stuck(std::size_t threads, std::size_t queued) const noexcept {
  try {
    settings_.report("quiesce: the pool \"" + settings_.name + "\" is stuck: its threads (" + std::to_string(threads) +
                     ", of at most " + std::to_string(settings_.maximum) + ") are all blocked in waits, and " +
                     std::to_string(queued) + (queued == 1 ? " entry is queued" : " entries are queued"));
  } catch (const std::bad_alloc&) {
    // Without memory there is no report; the pool goes on as it can.
  }
}

void crew::end_watch() noexcept {
  mutex_.lock();
  const bool was_watching = watching_;
  mutex_.unlock();
  // If it is just being told, that releases.
  if (was_watching && pool_.deadlines().cancel(*this)) pool_.release();
}

}  // namespace quiesce::inline v0
