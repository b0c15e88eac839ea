#include "pool/pool_core.hpp"

#include <utility>
#include <vector>

#include "os/pinned_code.hpp"
#include "pool/registration.hpp"
#include "pool/running_callback.hpp"
#include "quiesce/wait.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

pool_core::pool_core(pool_settings settings)
    : event_object(event_word::reset::manual, false),
      crew_(*this, std::move(settings)),
      reactor_(reactor::reactor::acquire()) {}

// What was left to a stop that never came from outside is closed too.
pool_core::~pool_core() { os::pinned_code::see_to_closing(); }

pool_core& pool_core::create(pool_settings settings) {
  auto* const core = new pool_core(std::move(settings));
  try {
    core->crew_.start();
  } catch (...) {
    if (core->crew_.is_present()) static_cast<void>(core->stop_until(never));
    core->release();
    throw;
  }
  return *core;
}

void pool_core::start_persistent() {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;  // what asks for it will be refused too
    ++live_;
  }
  try {
    crew_.start_persistent();
  } catch (...) {
    live_ended();
    throw;
  }
  live_ended();
}

bool pool_core::drain_until(deadline until, const std::source_location& where) noexcept {
  crew::drainer self;
  if (!crew_.begin_drain(self)) return true;
  blocked_stop blocked(*this, self.drained, blocked_stop::kind::drain, until, where);
  if (blocked.answer(wait_any_until({blocked.news(), handle_ref(self.drained)}, until)) == stop_status::stopped)
    return true;
  return crew_.end_drain(self);
}

void pool_core::append_in_flight(std::vector<callback_info>& to) {
  referenced_registrations members;
  std::size_t posted = 0;
  {
    const std::unique_lock hold = members.lock_with_room(mutex_, live_);
    for (registration* const list : {members_, closing_members_}) {
      // Alive: its last reference goes after member_closed().
      for (registration* each = list; each != nullptr; each = each->in_pool().next()) members.add(*each);
    }
    posted = posted_word::count(posted_.load(std::memory_order_relaxed));
  }
  for (registration* const each : members.all) each->append_in_flight(to);
  const std::vector<running_callback::found> running = running_callback::all_of(this);
  for (const running_callback::found& each : running) {
    to.push_back({{}, std::chrono::nanoseconds(each.running_for), each.thread});
  }
  if (posted > running.size()) to.resize(to.size() + posted - running.size());
}

void pool_core::all_left() noexcept {
  crew_.end_watch();
  reactor_.reset();  // all members are closed: none will be armed with a limit any more
  set();
}

// With mutex_ held: whether the caller has to tell the crew to leave when it has let go. Until then the crew, and with it
// the core, is there.
bool pool_core::leaves_now() noexcept {
  if (!closing_ || live_ != 0) return false;
  return !std::exchange(leaving_, true);
}

// order: relaxed. The word publishes nothing but itself: what a function gets travels with its push, and what it has done
//        with the crew's lock, which its worker passes before it can leave.
posted_word::step pool_core::step(posted_word::move (*transition)(std::uint64_t)) noexcept {
  std::uint64_t seen = posted_.load(std::memory_order_relaxed);
  for (;;) {
    const posted_word::move move = transition(seen);
    if (posted_.compare_exchange_weak(seen, move.next, std::memory_order_relaxed)) {
      return move.outcome;
    }
  }
}

bool pool_core::work_ended() noexcept {
  const posted_word::step outcome = step(posted_word::on_end);
  if (outcome == posted_word::step::last) live_ended();
  return outcome != posted_word::step::open;
}

void pool_core::live_ended() noexcept {
  mutex_.lock();
  --live_;
  const bool leaves = leaves_now();
  mutex_.unlock();
  if (leaves) crew_.leave();
}

pool_core::inline_entry::inline_entry(pool_core& pool) noexcept : pool_(pool) {
  pool_.add_reference();
  {
    const std::lock_guard lock(pool_.mutex_);
    ++pool_.live_;
  }
}

pool_core::inline_entry::~inline_entry() {
  pool_.crew_.inline_ended();
  pool_.live_ended();
  pool_.release();  // Last touch of the pool.
}

bool pool_core::join(registration& member) noexcept {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  ++live_;
  member_link<registration>::link<&registration::in_pool>(member, members_);
  return true;
}

void pool_core::member_closed(registration& member) noexcept {
  mutex_.lock();
  member.in_pool().unlink<&registration::in_pool>();
  --live_;
  const bool leaves = leaves_now();
  mutex_.unlock();
  if (leaves) crew_.leave();
}

void pool_core::request_stop() noexcept {
  add_reference();  // what a member captured may own the pool
  bool leaves;
  {
    std::unique_lock hold(mutex_);
    closing_ = true;
    if (step(posted_word::on_close) == posted_word::step::some_left) ++live_;  // until the last of them has ended
    // Closing a member may run destructors of the user, so it happens without the lock; a member that is taken out of the
    // list first is closed once, and none can join any more and stay open.
    while (registration* const member = members_) {
      member->in_pool().unlink<&registration::in_pool>();
      member_link<registration>::link<&registration::in_pool>(*member, closing_members_);
      member->add_reference();  // alive: its last reference goes after member_closed()
      hold.unlock();
      member->request_stop();
      member->release();
      hold.lock();
    }
    leaves = leaves_now();
  }
  if (leaves) crew_.leave();
  release();
}

stop_status pool_core::stop_until(deadline until, blocked_stop::kind kind, const std::source_location& where) noexcept {
  add_reference();  // what a member captured may own the pool
  request_stop();
  stop_status answer;
  {
    blocked_stop self(*this, *this, kind, until, where);
    answer = self.answer(wait_any_until({self.news(), handle_ref(*this)}, until));
  }
  if (answer == stop_status::stopped) {
    thread_record::current().inline_calls.hand_over();  // a thread that ends may wait for it
    bool joins;
    {
      const std::lock_guard hold(joining_);
      joins = !std::exchange(joined_, true);
      if (joins) crew_.join();
    }
    // Without the lock: what goes now may stop the pool in its destructors.
    if (joins) crew_.drop_functions();
    os::pinned_code::close_all();
  }
  release();
  return answer;
}

void pool_core::detach_workers() noexcept {
  const std::lock_guard hold(joining_);
  if (!std::exchange(joined_, true)) crew_.detach();
}

bool pool_core::is_worker() const noexcept { return thread_record::current().worker_of == this; }

bool pool_core::is_inside() const noexcept { return thread_record::current().is_inside_pool(this); }

bool pool_core::is_running() const noexcept { return thread_record::current().runs_for_pool(this); }

}  // namespace quiesce::inline v0
