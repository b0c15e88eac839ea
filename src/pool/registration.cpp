#include "pool/registration.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "base/contract.hpp"
#include "os/futex.hpp"
#include "quiesce/wait.hpp"
#include "wait/state_lock.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

registration::registration(pool_core& pool, function callback, run_word::mode how, time_limit again_limit) noexcept
    : event_object(event_word::reset::manual, false),
      mode_(how),
      pool_(pool),
      again_limit_(again_limit),
      callback_(std::move(callback)) {
  pool_.add_reference();
  place_.block = this;
}

registration::~registration() { pool_.release(); }

registration& registration::create(pool_core& pool, function callback, const std::string& name, run_word::mode how,
                                   time_limit again_limit) {
  auto* const made = new registration(pool, std::move(callback), how, again_limit);
  if (!name.empty()) {
    try {
      made->set_name(name);
    } catch (...) {
      made->release();
      throw;
    }
  }
  // Written before the list can be read: the pool may close the wait as soon as it has joined.
  made->is_member_ = true;
  if (!pool.join(*made)) {
    made->is_member_ = false;
    made->request_stop();
  }
  return *made;
}

// order: acquire and release, for every transition. A step publishes what its thread did before (a signaller its data, a
//        callback its effects, the holder of busy the fields that busy guards) and sees what the steps before it published.
// pairs: with the other transitions of this word.
// not:   release for ends and acquire for begins alone: the last of several overlapping callbacks to end must see the
//        work of the others, since it destroys what they used.
// shown: tests/explore/stop_test.cpp, NoCallbackFollowsAStopThoughCallbacksArmTheirWaitAgain
template <class Transition>
run_word::move registration::step(Transition transition) noexcept {
  std::uint64_t seen = run_.load(std::memory_order_relaxed);
  for (;;) {
    const run_word::move move = transition(seen);
    if (!run_.compare_exchange_weak(seen, move.next, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
    if (move.wake) os::futex_wake(os::futex_address(run_), 1 << 30);
    return move;
  }
}

template <class Transition>
run_word::move registration::step_when_not_busy(Transition transition) noexcept {
  for (;;) {
    const run_word::move move = step(transition);
    if (move.outcome != run_word::step::wait) return move;
    os::futex_wait(os::futex_address(run_), static_cast<std::uint32_t>(move.next));
  }
}

arm_status registration::arm(waitable& object, deadline until, const std::source_location& where) noexcept {
  add_reference();  // the callback that this causes may run before the end, and destroy the handle with the caller's
  const run_word::move move = step_when_not_busy([this](std::uint64_t seen) { return run_word::on_arm(seen, mode_); });
  if (move.outcome == run_word::step::overflow) {
    base::fatal_misuse("a registered wait was armed with 8388607 callbacks due", {}, where);
  }
  arm_status status = arm_status::refused;
  if (move.outcome != run_word::step::refused) {
    const bool replaces = move.outcome == run_word::step::replaced;
    status = link(object, until, replaces);
    let_go();
    if (status == arm_status::armed && replaces) status = arm_status::replaced;
  }
  release();
  return status;
}

bool registration::disarm() noexcept {
  const run_word::move move = step_when_not_busy(run_word::on_disarm);
  if (move.outcome == run_word::step::refused) return false;
  unlink();
  let_go();
  if (move.outcome != run_word::step::replaced) return false;
  release();  // the reference of the arming; the caller has his own
  return true;
}

// With busy held. `has_reference`: the reference that an arming needs is taken over from the one that was replaced.
arm_status registration::link(waitable& object, deadline until, bool has_reference) noexcept {
  object.add_reference();
  unlink();
  object_ = &object;
  place_.object = &object;
  if (!has_reference) add_reference();

  run_word::move move;
  {
    state_lock lock(object);
    if (lock.is_available(place_.owner)) {
      move = step([this](std::uint64_t seen) { return run_word::on_found(seen, mode_); });
      if (move.outcome == run_word::step::fired) lock.take(place_.owner);
    } else {
      // Armed before it is linked, both under the lock: who finds the place in the queue finds it armed or taken back.
      move = step(run_word::on_commit);
      if (move.outcome == run_word::step::committed) lock.append(place_);
    }
  }
  if (move.push) pool_.push(*this);
  if (move.outcome == run_word::step::refused) {
    release();
    return arm_status::refused;
  }
  if (move.outcome == run_word::step::committed && !until.is_never()) {
    has_deadline_ = true;
    pool_.deadlines().schedule(*this, until);
  }
  return arm_status::armed;
}

// With busy held: leaves the queue and the deadlines. After it nothing of an earlier arming can reach the wait (I4).
void registration::unlink() noexcept {
  if (std::exchange(has_deadline_, false)) static_cast<void>(pool_.deadlines().cancel(*this));
  waitable* const object = std::exchange(object_, nullptr);
  if (object == nullptr) return;
  {
    state_lock lock(*object);  // not a mere queue_lock: who signals and waits in one step has to have queued
    if (place_.linked) lock.unlink(place_);
  }
  object->release();
}

// Gives busy back, after what others have left to its holder. The caller owns a reference.
void registration::let_go() noexcept {
  bool cleaned = false;
  for (;;) {
    const run_word::move move = step([cleaned](std::uint64_t seen) { return run_word::on_let_go(seen, cleaned); });
    switch (move.outcome) {
      case run_word::step::clean_up:
        unlink();
        cleaned = true;
        break;
      case run_word::step::rearm: static_cast<void>(link(*object_, again_limit_, false)); break;
      default:
        if (run_word::is_quiet(move.next)) finish();
        return;
    }
  }
}

void registration::arm_again() noexcept {
  static_cast<void>(link(*object_, again_limit_, false));
  let_go();
}

wait_block::claimed registration::claim(waiter&, wait_status) noexcept {
  const run_word::move move =
      step([this](std::uint64_t seen) { return run_word::on_fire(seen, run_word::fire::signal, mode_); });
  if (move.outcome == run_word::step::lost) return claimed::lost;
  return move.push ? claimed::tell : claimed::done;
}

void registration::tell(waiter&) noexcept { pool_.push(*this); }

bool registration::claim_expiry() noexcept {
  const run_word::move move =
      step([this](std::uint64_t seen) { return run_word::on_fire(seen, run_word::fire::expiry, mode_); });
  return move.push;
}

void registration::tell_expiry() noexcept { pool_.push(*this); }

void registration::run() noexcept {
  const run_word::move move = step([this](std::uint64_t seen) { return run_word::on_begin(seen, mode_); });
  if (move.push) pool_.push(*this);
  if (move.outcome != run_word::step::empty) {
    if (move.rearm) arm_again();
    call(move.outcome == run_word::step::signalled ? wait_status::signalled : wait_status::timed_out);
    const run_word::move end = step([this](std::uint64_t seen) { return run_word::on_end(seen, mode_); });
    if (end.push) pool_.push(*this);
    if (end.rearm) arm_again();
    if (run_word::is_quiet(end.next)) finish();
  }
  release();  // Last touch of the registration by the worker.
}

void registration::call(wait_status how) noexcept {
  const inside_callback frame(this, &pool_);
  callback_scope scope(*this, how);
  callback_(scope);
}

// Quiet was reached, once, by this thread (I2): nobody uses the callable any more, and nobody has been told so.
void registration::finish() noexcept {
  add_reference();  // what was captured may own the handle of this very wait, and with it the caller's reference
  {
    const inside_callback frame(this, &pool_);  // and it may stop the wait, or the pool, while it is destroyed
    callback_.reset();
  }
  set();  // before the pool can be seen as stopped
  if (is_member_) pool_.member_closed(*this);
  release();  // Last touch of the registration, unless the caller owns a reference.
}

registration::stop_report registration::close(bool drop) noexcept {
  std::uint64_t met = 0;
  const run_word::move move = step([drop, &met](std::uint64_t seen) {
    met = seen;
    return run_word::on_close(seen, drop);
  });
  switch (move.outcome) {
    case run_word::step::closes: let_go(); break;
    case run_word::step::joined:
      if (run_word::reached_quiet(met, move.next)) finish();
      break;
    default: break;  // delegated: whoever holds busy cleans up
  }
  // Each fire that was dropped gave its reference up, but for the one that an entry in the run queue still stands on.
  const bool entry_left = move.dropped != 0 && (move.next & run_word::scheduled) != 0;
  drop_references(move.dropped + (move.was_armed ? 1 : 0) - (entry_left ? 1 : 0));
  return {.result = {.dropped = move.dropped}, .running = run_word::running(met), .pending = run_word::pending(met)};
}

void registration::drop_references(std::uint64_t count) noexcept {
  for (; count != 0; --count) release();
}

void registration::request_stop() noexcept { static_cast<void>(close(false)); }

registration::stop_report registration::stop_until(deadline until) noexcept {
  add_reference();  // the callable that is destroyed on the way may own the caller's
  const bool inside = thread_record::current().is_inside(this);
  stop_report report = close(inside);
  if (inside) {
    report.result.status = stop_status::deferred;
  } else if (!await_stopped(until, report.result.dropped)) {
    report.result.status = stop_status::timed_out;
  }
  release();
  return report;
}

bool registration::await_stopped(deadline until, std::size_t& dropped) noexcept {
  const handle_ref self(*this);
  if (!pool_.is_worker() && !pool_.is_inside()) return static_cast<bool>(wait_until(self, until));
  // A worker that waits here runs nothing. When all of them do, what is pending cannot run: it is dropped. A thread that
  // destroys a callable of the pool looks at that too: workers may be waiting for the stop that it belongs to.
  std::optional<pool_core::blocked_worker> blocked;
  if (pool_.is_worker()) blocked.emplace(pool_);
  const wait_result ended = wait_any_until({self, pool_.all_blocked()}, until);
  if (ended.index != 1) return static_cast<bool>(ended);
  dropped += close(true).result.dropped;
  return static_cast<bool>(wait_until(self, until));
}

void registration::link_into(registration*& list) noexcept {
  is_listed_ = true;
  previous_member_ = nullptr;
  next_member_ = list;
  if (list != nullptr) list->previous_member_ = this;
  list = this;
}

void registration::unlink_from(registration*& list) noexcept {
  if (!std::exchange(is_listed_, false)) return;
  if (next_member_ != nullptr) next_member_->previous_member_ = previous_member_;
  (previous_member_ != nullptr ? previous_member_->next_member_ : list) = next_member_;
}

callback_scope::callback_scope(registration& of, wait_status how) noexcept
    : registration_(of), result_{.status = how, .index = how == wait_status::signalled ? 0 : wait_result::none} {}

arm_status callback_scope::arm(handle_ref object, deadline until, std::source_location where) noexcept {
  if (object.object() == nullptr) base::fatal_misuse("a registered wait was armed with a null handle", {}, where);
  return registration_.arm(*object.object(), until, where);
}

}  // namespace quiesce::inline v0
