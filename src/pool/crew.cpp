// What a thread of a pool does: it takes entries, turns idle, and leaves.
#include "pool/crew.hpp"

#include <thread>
#include <utility>

#include "pool/pool_core.hpp"
#include "pool/running_callback.hpp"
#include "wait/wait_graph.hpp"

namespace quiesce::inline v0 {

void crew::work(void* given) {
  member& self = *static_cast<member*>(given);
  crew& own = self.in;
  pool_core& pool = own.pool_;
  thread_record::current().worker_of = &pool;
  thread_record::current().is_persistent = self.is_persistent;
  thread_record::current().hooks = &self;
  {
    const running_callback shown;
    while (work_item* const item = own.next_item(self)) item->run();
  }
  thread_record::current().hooks = nullptr;
  thread_record::current().worker_of = nullptr;  // another pool may come to stand at this address
  own.left(self);
  pool.release();  // Last touch of the pool and the crew.
}

work_item* crew::next_item(member& self) noexcept {
  mutex_.lock();
  work_item* item = nullptr;
  // From one entry to the next no sum changes, and with something queued nothing is drained.
  const bool goes_on = self.is_calling && !self.is_long && (item = take_for(self)) != nullptr;
  if (!goes_on) {
    change(self, [&] { self.is_calling = self.is_long = false; });
    if (drainers_ != nullptr && is_drained()) tell_drainers();
  }
  for (;;) {
    if (self.has_retired) {
      mutex_.unlock();
      return nullptr;
    }
    if (!goes_on && (item = take_for(self)) != nullptr) change(self, [&] { self.is_calling = true; });
    if (item != nullptr) {
      const bool starts_another = !refused_ && !leaving_ && reserve_if_needed();  // not refused again with every entry
      mutex_.unlock();
      if (starts_another) start_reserved();
      return item;
    }
    if (leaving_) {
      mutex_.unlock();
      return nullptr;
    }
    become_idle(self);
    member* const woken = wake_idle();  // for what was pushed just now; mostly nobody, and else this one
    const bool has_limit = !self.is_persistent && threads_ > settings_.minimum;
    mutex_.unlock();
    if (woken != nullptr) woken->told.unpark();
    // Who is just posting, and tells this one meanwhile, need not wake it: it does not sleep yet.
    if (woken != &self) std::this_thread::yield();
    const bool told = self.told.park_until(has_limit ? deadline(settings_.idle_limit) : never);
    mutex_.lock();
    if (told || idle_time_is_over(self)) continue;
    // Somebody took it out of the list just now, and tells.
    mutex_.unlock();
    self.told.park();
    mutex_.lock();
  }
}

work_item* crew::take_for(const member& self) noexcept {
  if (self.is_persistent) {
    if (persistent_items_.empty()) return nullptr;
    --persistent_queued_;
    return &persistent_items_.take();
  }
  incoming_.take(items_);
  // What is left when the crew leaves begins no callback, but it has to be run.
  if (items_.empty() || (workers_.active > settings_.running && !leaving_)) return nullptr;
  work_item& first = items_.take();
  if (first.is_inline()) --inline_handed_over_;
  return &first;
}

void crew::become_idle(member& self) noexcept {
  self.told.begin_anew();
  change(self, [&] { self.is_idle = true; });
  if (self.is_persistent) return;
  self.next_idle = std::exchange(idle_, &self);
  refused_ = false;
}

// The limit has passed. False: somebody else has taken the thread out of the list, and tells it.
bool crew::idle_time_is_over(member& self) noexcept {
  if (!self.is_idle) return false;
  member** place = &idle_;
  while (*place != &self) place = &(*place)->next_idle;
  *place = self.next_idle;
  change(self, [&] { self.is_idle = false; });
  if (may_retire(self)) retire(self);
  return true;
}

// By I3 there is somebody left who takes what will be queued.
bool crew::may_retire(const member& self) const noexcept {
  if (!self.is_listed || threads_ <= settings_.minimum || leaving_ || detached_ || !items_.empty()) return false;
  return idle_ != nullptr || workers_.active - 1 >= settings_.running || workers_.calling < workers_.active - 1;
}

// By I8, after a change of what it looks at: at the latest before the lock is let go, if pushes may have to be attended
// to. What was pushed until then is queued afterwards.
void crew::settle_pushes() noexcept {
  const bool would_wake = idle_ != nullptr && workers_.active < settings_.running;
  const bool attends = would_wake || workers_.blocked == threads_ || leaving_;
  if (attends == incoming_.is_attended()) return;
  attends ? incoming_.attend(items_) : incoming_.open();
}

crew::member* crew::wake_idle() noexcept {
  settle_pushes();
  if (items_.empty() || idle_ == nullptr || workers_.active >= settings_.running) return nullptr;
  member* const woken = std::exchange(idle_, idle_->next_idle);
  change(*woken, [&] { woken->is_idle = false; });
  settle_pushes();
  return woken;
}

void crew::enqueue(work_item& item, std::size_t from_inline) noexcept {
  member* woken = nullptr;
  mutex_.lock();
  inline_queued_ -= from_inline;
  if (leaving_) {
    if (drainers_ != nullptr && is_drained()) tell_drainers();
    mutex_.unlock();
    item.run();  // by I7 it begins no callback
    return;
  }
  if (item.is_persistent()) {
    persistent_items_.append(item);
    ++persistent_queued_;
    if (persistent_->is_idle) {
      woken = persistent_;
      change(*woken, [&] { woken->is_idle = false; });
    }
  } else {
    incoming_.take(items_);
    items_.append(item);
    if (item.is_inline()) ++inline_handed_over_;
    woken = wake_idle();
    watch_if_stuck();
  }
  mutex_.unlock();  // Last touch of the crew if nobody was idle; who was keeps it until he is told.
  if (woken != nullptr) woken->told.unpark();
  if (from_inline != 0) blocked_wait::look_again();  // has_only() may be true from now on
}

void crew::leave() noexcept {
  mutex_.lock();
  leaving_ = true;
  settle_pushes();
  member* idle = std::exchange(idle_, nullptr);
  for (member* each = idle; each != nullptr; each = each->next_idle) change(*each, [&] { each->is_idle = false; });
  if (persistent_ != nullptr && persistent_->is_idle) {
    change(*persistent_, [&] { persistent_->is_idle = false; });
    persistent_->next_idle = std::exchange(idle, persistent_);
  }
  mutex_.unlock();
  while (idle != nullptr) {
    member* const following = idle->next_idle;  // read first: the thread ends once told
    idle->told.unpark();
    idle = following;
  }
}

void crew::left(member& self) noexcept {
  mutex_.lock();
  member* const before = self.has_retired ? make_last_retired(self) : nullptr;
  os::thread joined = self.next_retired != nullptr ? before->thread : os::thread();
  const bool last = --present_ == 0 && !reporting_;
  const bool drops = last && detached_;
  mutex_.unlock();
  if (drops) drop_functions();
  // Not after the joining: the one before may be stopping the pool, in the destructor of a variable of its thread.
  if (last) pool_.all_left();
  bool is_abandoned = false;
  if (joined) {
    joined.join();
    const std::lock_guard lock(mutex_);
    self.next_retired = nullptr;
    is_abandoned = self.is_abandoned;
  }
  delete before;
  if (is_abandoned) delete &self;
}

void crew::count(const member& one, std::size_t by) noexcept {
  tally& sums = one.is_persistent ? persistent_tally_ : workers_;
  if (!one.is_away() && !one.is_idle) sums.active += by;
  if (one.is_calling) (one.is_away() ? sums.waiting : sums.calling) += by;
  if (one.is_blocked) sums.blocked += by;
}

pool_counts crew::counts() noexcept {
  const std::lock_guard lock(mutex_);
  incoming_.take(items_);
  return {.queued = items_.size() + persistent_queued_ + inline_queued_,
          .running = workers_.calling + persistent_tally_.calling + inline_running_,
          .waiting = workers_.waiting + persistent_tally_.waiting,
          .threads = present_};
}

}  // namespace quiesce::inline v0
