#include "pool/pool_core.hpp"

#include <utility>

#include "pool/registration.hpp"
#include "quiesce/wait.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

pool_core::pool_core(unsigned workers)
    : event_object(event_word::reset::manual, false),
      count_(workers),
      workers_(new worker[workers]),
      reactor_(reactor::reactor::acquire()) {}

pool_core& pool_core::create(const std::string& name, unsigned workers) {
  auto* const core = new pool_core(workers);
  try {
    core->start_workers(name);
  } catch (...) {
    core->release();
    throw;
  }
  return *core;
}

void pool_core::start_workers(const std::string& name) {
  for (unsigned i = 0; i < count_; ++i) {
    worker& self = workers_[i];
    self.pool = this;
    add_reference();
    try {
      self.thread = os::thread::start(name.c_str(), work, &self);
    } catch (...) {
      release();
      {
        // The count of those that have to leave is what was started. None of them can have left: nothing is closing.
        const std::lock_guard lock(mutex_);
        count_ = i;
      }
      if (i != 0) static_cast<void>(stop_until(never));
      throw;
    }
  }
}

void pool_core::work(void* given) noexcept {
  worker& self = *static_cast<worker*>(given);
  pool_core& pool = *self.pool;
  thread_record::current().worker_of = &pool;
  while (work_item* const item = pool.next_item(self)) item->run();
  pool.mutex_.lock();
  const bool last = ++pool.left_ == pool.count_;
  pool.mutex_.unlock();
  if (last) {
    pool.reactor_.reset();  // all members are closed: none will be armed with a limit any more
    pool.set();
  }
  thread_record::current().worker_of = nullptr;  // another pool may come to stand at this address
  pool.release();                                // Last touch of the core.
}

work_item* pool_core::next_item(worker& self) noexcept {
  for (;;) {
    mutex_.lock();
    if (work_item* const item = first_item_) {
      first_item_ = item->next;
      if (first_item_ == nullptr) end_of_items_ = &first_item_;
      mutex_.unlock();
      return item;
    }
    if (leaving_) {
      mutex_.unlock();
      return nullptr;
    }
    self.told.begin_anew();
    self.next_idle = std::exchange(idle_, &self);
    mutex_.unlock();
    self.told.park();
  }
}

void pool_core::push(work_item& item) noexcept {
  mutex_.lock();
  if (leaving_) {
    mutex_.unlock();
    item.run();  // by I2 it begins no callback
    return;
  }
  item.next = nullptr;
  *end_of_items_ = &item;
  end_of_items_ = &item.next;
  worker* const idle = idle_;
  if (idle != nullptr) idle_ = idle->next_idle;
  mutex_.unlock();  // Last touch of the core if nobody is idle; an idle worker keeps it until he is told.
  if (idle != nullptr) idle->told.unpark();
}

// With mutex_ held: returns the workers that have to be told to leave.
pool_core::worker* pool_core::leave_if_over() noexcept {
  if (!closing_ || live_ != 0 || leaving_) return nullptr;
  leaving_ = true;
  return std::exchange(idle_, nullptr);
}

void pool_core::tell_all(worker* idle) noexcept {
  while (idle != nullptr) {
    worker* const following = idle->next_idle;  // read first: the worker ends once told
    idle->told.unpark();
    idle = following;
  }
}

bool pool_core::accept_work() noexcept {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  ++live_;
  return true;
}

void pool_core::work_ended() noexcept {
  mutex_.lock();
  --live_;
  worker* const idle = leave_if_over();
  mutex_.unlock();
  tell_all(idle);
}

bool pool_core::join(registration& member) noexcept {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  ++live_;
  member.link_into(members_);
  return true;
}

void pool_core::member_closed(registration& member) noexcept {
  mutex_.lock();
  member.unlink_from(members_);
  --live_;
  worker* const idle = leave_if_over();
  mutex_.unlock();
  tell_all(idle);
}

void pool_core::request_stop() noexcept {
  mutex_.lock();
  closing_ = true;
  // Closing a member may run destructors of the user, so it happens without the lock; a member that is taken out of the
  // list first is closed once, and none can join any more and stay open.
  while (registration* const member = members_) {
    member->unlink_from(members_);
    member->add_reference();  // alive: its last reference goes after member_closed()
    mutex_.unlock();
    member->request_stop();
    member->release();
    mutex_.lock();
  }
  worker* const idle = leave_if_over();
  mutex_.unlock();
  tell_all(idle);
}

bool pool_core::stop_until(deadline until) noexcept {
  request_stop();
  if (!wait_until(handle_ref(*this), until)) return false;
  const std::lock_guard hold(joining_);
  if (!std::exchange(joined_, true)) {
    for (unsigned i = 0; i < count_; ++i) workers_[i].thread.join();
  }
  return true;
}

void pool_core::detach_workers() noexcept {
  const std::lock_guard hold(joining_);
  if (!std::exchange(joined_, true)) {
    for (unsigned i = 0; i < count_; ++i) workers_[i].thread.detach();
  }
}

bool pool_core::is_worker() const noexcept { return thread_record::current().worker_of == this; }

bool pool_core::is_inside() const noexcept { return thread_record::current().is_inside_pool(this); }

pool_core::blocked_worker::blocked_worker(pool_core& pool) noexcept
    : pool_(pool), counts_(!std::exchange(thread_record::current().is_blocked_worker, true)) {
  if (!counts_) return;
  const std::lock_guard lock(pool_.mutex_);
  if (++pool_.blocked_ == pool_.count_) pool_.all_blocked_.set();
}

pool_core::blocked_worker::~blocked_worker() {
  if (!counts_) return;
  thread_record::current().is_blocked_worker = false;
  const std::lock_guard lock(pool_.mutex_);
  --pool_.blocked_;
  pool_.all_blocked_.reset();
}

}  // namespace quiesce::inline v0