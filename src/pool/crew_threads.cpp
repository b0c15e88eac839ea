// How the threads of a pool are started and how they end.
#include <memory>
#include <utility>

#include "pool/crew.hpp"
#include "pool/pool_core.hpp"
#include "wait/wait_graph.hpp"

namespace quiesce::inline v0 {

crew::crew(pool_core& pool, pool_settings settings) : pool_(pool), settings_(std::move(settings)) {}

crew::~crew() {
  while (all_ != nullptr) delete std::exchange(all_, all_->next);
  delete retired_;
}

// Before it the thread has been counted.
void crew::start_thread(bool persistent) {
  auto fresh = std::make_unique<member>(*this, persistent);
  pool_.add_reference();
  os::thread started;
  try {
    started = os::thread::start(settings_.name.c_str(), work, fresh.get());
  } catch (...) {
    pool_.release();
    throw;
  }
  list(*fresh.release(), started);
}

void crew::list(member& fresh, os::thread started) noexcept {
  const std::lock_guard lock(mutex_);
  fresh.thread = started;
  fresh.is_listed = true;
  fresh.next = std::exchange(all_, &fresh);
  if (fresh.is_persistent) persistent_ = &fresh;
  if (detached_) fresh.thread.detach();
}

void crew::start() {
  for (unsigned i = 0; i < settings_.minimum; ++i) {
    {
      const std::lock_guard lock(mutex_);
      add_worker();
    }
    try {
      start_thread(false);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      take_worker_back();
      settle_pushes();
      throw;
    }
  }
}

void crew::start_persistent() {
  const std::lock_guard one_at_a_time(starting_persistent_);
  {
    const std::lock_guard lock(mutex_);
    if (persistent_ != nullptr) return;
    ++persistent_tally_.active;
    ++present_;
  }
  try {
    start_thread(true);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --persistent_tally_.active;
    --present_;
    throw;
  }
}

void crew::add_worker() noexcept {
  ++threads_;
  ++present_;
  ++workers_.active;
}

void crew::take_worker_back() noexcept {
  --threads_;
  --present_;
  --workers_.active;
}

// Whether I3 asks for one more: then the caller has to call start_reserved() when it has let the lock go.
bool crew::reserve_if_needed() noexcept {
  if (is_ready() || threads_ >= settings_.maximum) return false;
  add_worker();
  return true;
}

bool crew::start_reserved() noexcept {
  try {
    start_thread(false);
    return true;
  } catch (...) {
    // What is lost is that callbacks run while others block. What is queued waits for one of these.
  }
  mutex_.lock();
  take_worker_back();
  refused_ = true;
  member* const woken = wake_idle();  // somebody who became idle because this one was counted as active
  watch_if_stuck();
  mutex_.unlock();
  if (woken != nullptr) woken->told.unpark();
  blocked_wait::look_again();
  return false;
}

// It is still present: until it has left, who stops the pool waits for it.
void crew::retire(member& self) noexcept {
  --threads_;
  --workers_.active;
  self.has_retired = true;
  member** place = &all_;
  while (*place != &self) place = &(*place)->next;
  *place = self.next;
}

// Each that retires joins the one before it, so that at most one is left to be joined. In one step with being present no
// more: so who stops the pool finds it here, or as the one whom it waits for.
// Returns the one before it, for the caller to delete, and to join if it is `next_retired` then.
crew::member* crew::make_last_retired(member& self) noexcept {
  self.number = thread_record::current().number();
  member* const before = std::exchange(retired_, &self);
  if (!detached_) {
    self.next_retired = before;
    return before;
  }
  self.thread.detach();
  if (before == nullptr || before->next_retired == nullptr) return before;
  before->is_abandoned = true;  // it was about to join before the threads were detached, and still is
  return nullptr;
}

bool crew::is_present() const noexcept {
  const std::lock_guard lock(mutex_);
  return present_ != 0;
}

void crew::join() noexcept {
  mutex_.lock();
  member* each = std::exchange(all_, nullptr);
  member* last_retired = std::exchange(retired_, nullptr);
  if (last_retired != nullptr && waits_for_caller(*last_retired)) {
    last_retired->thread.detach();
    last_retired->is_abandoned = true;
    last_retired = nullptr;
  }
  mutex_.unlock();
  if (last_retired != nullptr) join(*last_retired);
  while (each != nullptr) join(*std::exchange(each, each->next));
}

// The last handle may be dropped by a thread_local object of a thread that has left.
void crew::join(member& left) noexcept {
  left.thread.is_current() ? left.thread.detach() : left.thread.join();
  delete &left;
}

// Whether it is still to join another one, and is the calling thread, or joins that through those that have retired in
// between: then it goes by itself.
bool crew::waits_for_caller(const member& retired) const noexcept {
  if (retired.next_retired == nullptr) return false;
  const std::uint64_t caller = thread_record::current().number();
  const member* each = &retired;
  while (each != nullptr && each->number != caller) each = each->next_retired;
  return each != nullptr;
}

void crew::drop_functions() noexcept {
  const exception_policy exceptions = std::move(settings_.exceptions);
  const std::function<void(const std::string&)> report = std::move(settings_.report);
}

void crew::detach() noexcept {
  const std::lock_guard lock(mutex_);
  detached_ = true;
  for (member* each = all_; each != nullptr; each = each->next) each->thread.detach();
  if (retired_ != nullptr) retired_->thread.detach();
}

}  // namespace quiesce::inline v0
