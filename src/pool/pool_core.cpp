#include "pool/pool_core.hpp"

#include <optional>
#include <utility>

#include "pool/registration.hpp"
#include "pool/running_callback.hpp"
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
  std::optional<running_callback> shown(std::in_place);
  while (work_item* const item = pool.next_item(self)) item->run();
  shown.reset();
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
    if (std::exchange(self.runs, false)) entry_ended();
    if (work_item* const item = first_item_) {
      self.runs = true;
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
  ++in_flight_;
  worker* const idle = idle_;
  if (idle != nullptr) idle_ = idle->next_idle;
  mutex_.unlock();  // Last touch of the core if nobody is idle; an idle worker keeps it until he is told.
  if (idle != nullptr) idle->told.unpark();
}

// With mutex_ held.
void pool_core::entry_ended() noexcept {
  if (--in_flight_ != 0) return;
  while (drainer* const told = drainers_) {
    drainers_ = told->next;
    told->previous = nullptr;
    told->drained.set();  // Last touch of the drainer: its thread goes on.
  }
}

bool pool_core::drain_until(deadline until) noexcept {
  drainer self;
  {
    const std::lock_guard lock(mutex_);
    if (in_flight_ == 0) return true;
    self.next = drainers_;
    self.previous = &drainers_;
    if (self.next != nullptr) self.next->previous = &self.next;
    drainers_ = &self;
  }
  blocked_stop stop(this, blocked_stop::kind::stop, std::source_location::current());
  if (stop.answer(wait_any_until({stop.deferral(), handle_ref(self.drained)}, until)) == stop_status::stopped)
    return true;
  const std::lock_guard lock(mutex_);
  if (self.previous == nullptr) return true;
  *self.previous = self.next;
  if (self.next != nullptr) self.next->previous = self.previous;
  return false;
}

void pool_core::append_in_flight(std::vector<callback_info>& to) {
  referenced_registrations members;
  std::size_t posted = 0;
  for (std::size_t room = 64;; room *= 2) {
    members.all.reserve(room);  // not under the lock, which workers take
    const std::lock_guard lock(mutex_);
    if (live_ - posted_ > room) continue;
    for (registration* const list : {members_, closing_members_}) {
      // Alive: its last reference goes after member_closed().
      for (registration* each = list; each != nullptr; each = each->in_pool().next()) members.add(*each);
    }
    posted = posted_;
    break;
  }
  for (registration* const each : members.all) each->append_in_flight(to);
  const std::vector<running_callback::found> running = running_callback::all_of(this);
  for (const running_callback::found& each : running) {
    to.push_back({{}, std::chrono::nanoseconds(each.running_for), each.thread});
  }
  if (posted > running.size()) to.resize(to.size() + posted - running.size());
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
  ++posted_;
  return true;
}

void pool_core::work_ended() noexcept {
  mutex_.lock();
  --live_;
  --posted_;
  worker* const idle = leave_if_over();
  mutex_.unlock();
  tell_all(idle);
}

bool pool_core::join(registration& member) noexcept {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  ++live_;
  member.in_pool().link_into(members_);
  return true;
}

void pool_core::member_closed(registration& member) noexcept {
  mutex_.lock();
  member.in_pool().unlink();
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
    member->in_pool().unlink();
    member->in_pool().link_into(closing_members_);
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

stop_status pool_core::stop_until(deadline until, blocked_stop::kind kind) noexcept {
  request_stop();
  {
    blocked_stop self(this, kind, std::source_location::current());
    const stop_status answer = self.answer(wait_any_until({self.deferral(), handle_ref(*this)}, until));
    if (answer != stop_status::stopped) return answer;
  }
  const std::lock_guard hold(joining_);
  if (!std::exchange(joined_, true)) {
    for (unsigned i = 0; i < count_; ++i) workers_[i].thread.join();
  }
  return stop_status::stopped;
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