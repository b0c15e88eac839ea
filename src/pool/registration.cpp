#include "pool/registration.hpp"

#include <utility>

#include "base/contract.hpp"
#include "handle/next_due.hpp"
#include "pool/group_core.hpp"
#include "pool/running_callback.hpp"
#include "quiesce/wait.hpp"
#include "wait/state_lock.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

registration::registration(pool_core& pool, function callback, const wait_options& options, run_word::mode how,
                           time_limit again_limit, source what) noexcept
    : event_object(event_word::reset::manual, false),
      work_item(options.where, options.level),
      mode_(how),
      source_(what),
      pool_(pool),
      again_after_(again_limit),
      callback_(std::move(callback)) {
  pool_.add_reference();
  place_.block = this;
}

registration::~registration() {
  pool_.release();
  if (!is_pinned_) return;
  callback_.reset();
  code_.let_go();
  os::pinned_code::see_to_closing();
}

registration& registration::create(pool_core& pool, function callback, const wait_options& options, run_word::mode how,
                                   time_limit again_limit, source what) {
  os::pinned_code code(callback.code());
  auto* const made = new registration(pool, std::move(callback), options, how, again_limit, what);
  made->code_ = std::move(code);
  made->is_pinned_ = static_cast<bool>(made->code_);
  if (!options.name.empty() || made->is_persistent()) {
    try {
      if (!options.name.empty()) made->set_name(options.name);
      if (made->is_persistent()) pool.start_persistent();
    } catch (...) {
      made->release();
      throw;
    }
  }
  made->add_reference();  // its own, until it has stopped
  // Written before the list can be read: the pool may close the wait as soon as it has joined.
  made->is_member_ = true;
  if (!pool.join(*made)) {
    made->is_member_ = false;
    made->request_stop();
  }
  return *made;
}

template <class Link>
arm_status registration::arm_by(bool repeats, const std::source_location& where, Link link) noexcept {
  const run_word::mode how{.overlap = mode_.overlap, .repeats = repeats};
  const run_word::move move = step_when_not_busy([how](std::uint64_t seen) { return run_word::on_arm(seen, how); });
  if (move.outcome == run_word::step::overflow) {
    base::fatal_misuse("a registered wait was armed with 8388607 callbacks due", name(), where);
  }
  arm_status status = arm_status::refused;
  if (move.outcome != run_word::step::refused) {
    // With busy the wait is there, by I3; the callback that this causes may destroy the handle with the caller's reference.
    const run_word::step linked = link();
    if (linked != run_word::step::released && let_busy_go()) {
      // So that what is destroyed now may signal wherever it likes.
      thread_record::current().inline_calls.hand_over_unless_running();
      finish();
    }
    if (linked != run_word::step::refused) status = arm_status::armed;
    if (status == arm_status::armed && move.outcome == run_word::step::replaced) status = arm_status::replaced;
  }
  thread_record::current().inline_calls.run();  // the callback, if the object was found signalled
  return status;
}

arm_status registration::arm(waitable& object, deadline until, const std::source_location& where) noexcept {
  return arm_by(mode_.repeats, where, [&] {
    // Not before: of a wait that has stopped, what it captured is gone, and that may have owned the object.
    if (is_inline() && !object.can_be_signalled()) {
      base::fatal_misuse("a wait whose callbacks run on the signalling thread was armed with what no program signals",
                         object.name(), where);
    }
    return link(object, until);
  });
}

arm_status registration::set_timer(deadline due, std::chrono::nanoseconds period, std::chrono::nanoseconds window,
                                   const std::source_location& where) noexcept {
  return arm_by(period != period.zero(), where, [&] {
    unlink();
    again_after_ = period;
    return link_timer(due, window);
  });
}

bool registration::disarm() noexcept {
  const run_word::move move = step_when_not_busy(run_word::on_disarm);
  if (move.outcome == run_word::step::refused) return false;
  unlink();
  if (let_busy_go()) finish();
  return move.outcome == run_word::step::replaced;
}

// With busy held, which it gives back if the answer is `released`. Then that was its last touch of the registration.
run_word::step registration::link(waitable& object, deadline until) noexcept {
  if (place_.object == &object) {
    cancel_deadline();
  } else {
    object.add_reference();
    unlink();
    place_.object = &object;
  }
  const bool keeps_busy = !until.is_never();
  run_word::move move;
  {
    state_lock lock(object);
    if (place_.linked) lock.unlink(place_);  // by an earlier arming with the same object, of which nothing is left (I4)
    if (lock.is_available(place_.owner)) {
      move =
          fire_by(object, lock.take_status(), [this](std::uint64_t seen) { return run_word::on_found(seen, mode_); });
      if (move.outcome == run_word::step::fired) lock.take(place_.owner);
    } else {
      // Armed and linked in one hold of the lock: who finds the place in the queue finds it armed or taken back, and who
      // gets busy meanwhile has to pass the lock before he can end the wait.
      lock.append(place_);
      move = step([keeps_busy](std::uint64_t seen) { return run_word::on_commit(seen, keeps_busy); });
      if (move.outcome == run_word::step::refused) lock.unlink(place_);
    }
  }
  if (move.push) push();
  if (move.outcome == run_word::step::committed) {
    has_deadline_ = true;
    pool_.deadlines().schedule(*this, until);
  }
  return move.outcome;
}

// With nothing linked. The same, with a moment instead of an object.
run_word::step registration::link_timer(deadline due, std::chrono::nanoseconds window) noexcept {
  const bool keeps_busy = !due.is_never();
  const run_word::move move = step([keeps_busy](std::uint64_t seen) { return run_word::on_commit(seen, keeps_busy); });
  if (move.outcome == run_word::step::committed) {
    has_deadline_ = true;
    pool_.deadlines().schedule(*this, due, window);
  }
  return move.outcome;
}

// With busy held: the next arming of one that repeats. Returns whether that has given busy back, as link().
bool registration::link_again() noexcept {
  if (place_.object != nullptr) {
    if (is_armed_at_rest() && run_word::running(run_.load(std::memory_order_relaxed)) != 0) return false;
    return link(*place_.object, again_after_) == run_word::step::released;
  }
  unlink();
  const deadline due = next_due(last_due(), std::chrono::nanoseconds(again_after_.nanoseconds()));
  return link_timer(due, last_window()) == run_word::step::released;
}

// With busy held: whether the next arming has to wait for the end of what runs. What a callback unlocks is not for this wait,
// or the callback could not take it again.
bool registration::is_armed_at_rest() const noexcept {
  return place_.object != nullptr && place_.object->has_owner() && !mode_.overlap;
}

// With busy held: leaves the queue and the deadlines. After it nothing of an earlier arming can reach the wait (I4).
void registration::unlink() noexcept {
  cancel_deadline();
  waitable* const object = place_.object;
  if (object == nullptr) return;
  {
    state_lock lock(*object);  // not a mere queue_lock: who signals and waits in one step has to have queued
    if (place_.linked) lock.unlink(place_);
  }
  place_.object = nullptr;  // read by signallers while it was linked
  object->release();
}

void registration::cancel_deadline() noexcept {
  if (std::exchange(has_deadline_, false)) static_cast<void>(pool_.deadlines().cancel(*this));
}

// Gives busy back, after what others have left to its holder. A quiet that this reached is left to the caller. Returns
// whether it did: if not, this was the last touch of the registration, unless the caller owns a reference. `cleaned`: the
// wait is closing, and the caller has unlinked it.
bool registration::let_busy_go(bool cleaned) noexcept {
  for (;;) {
    const bool at_rest = is_armed_at_rest();
    const run_word::move move = step([=](std::uint64_t seen) { return run_word::on_let_go(seen, cleaned, at_rest); });
    switch (move.outcome) {
      case run_word::step::clean_up:
        unlink();
        cleaned = true;
        break;
      case run_word::step::rearm:
        if (link_again()) return false;
        break;
      default: return run_word::is_quiet(move.next);
    }
  }
}

// By who runs an entry.
void registration::arm_again() noexcept {
  if (!link_again() && let_busy_go()) finish(true);
}

// What has an owner is a mutex. It is held for the callback from now on.
template <class Transition>
run_word::move registration::fire_by(waitable& object, wait_status how, Transition transition) noexcept {
  if (!object.has_owner()) return step(transition);
  const std::lock_guard hold(lock_);
  std::uint64_t before = 0;
  const run_word::move move = step([&](std::uint64_t seen) {
    before = run_word::signals(seen);
    return run_word::by_mutex(transition(seen));
  });
  if (move.outcome == run_word::step::fired) {
    object.add_reference();
    consumed_.append(static_cast<mutex_object&>(object), before, how == wait_status::abandoned);
  }
  return move;
}

wait_block::claimed registration::claim(waiter& place, wait_status how) noexcept {
  const run_word::move move = fire_by(*place.object, how, [this](std::uint64_t seen) {
    return run_word::on_fire(seen, run_word::fire::signal, mode_);
  });
  if (move.outcome == run_word::step::lost) return claimed::lost;
  return move.push ? claimed::tell : claimed::done;
}

void registration::tell(waiter&) noexcept { push(); }

bool registration::claim_expiry() noexcept {
  const run_word::move move =
      step([this](std::uint64_t seen) { return run_word::on_fire(seen, run_word::fire::expiry, mode_); });
  return move.push;
}

void registration::tell_expiry() noexcept { pool_.push(*this); }

bool registration::submit(const std::source_location& where) noexcept {
  const run_word::move move = step([this](std::uint64_t seen) { return run_word::on_submit(seen, mode_); });
  if (move.outcome == run_word::step::overflow) {
    base::fatal_misuse("work was submitted with 8388607 callbacks due", name(), where);
  }
  if (move.push) pool_.push(*this);
  return move.outcome != run_word::step::refused;
}

// An entry is owed for what this thread has made due. A worker between its callbacks has not: what it finds then, when it
// arms a wait again or ends a callback that was handed over, goes to the workers.
void registration::push() noexcept {
  thread_record& record = thread_record::current();
  if (!is_inline() || (record.worker_of != nullptr && record.innermost == nullptr)) return pool_.push(*this);
  pool_.inline_queued();
  record.inline_calls.append(*this);
}

void registration::hand_over() noexcept { pool_.take_over(*this); }

void registration::run_inline() noexcept {
  pool_core::inline_entry entry(pool_);
  const running_callback shown;
  run_entry(&entry);
}

void registration::run() { run_entry(nullptr); }

void registration::run_entry(pool_core::inline_entry* entry) {
  std::uint64_t begun_after = 0;
  mutex_object* owned = nullptr;
  const run_word::move move = counted_step([this](std::uint64_t seen) { return run_word::on_begin(seen, mode_); },
                                           [&](const run_word::move& made) {
                                             if (made.outcome == run_word::step::empty) return;
                                             const bool by_signal = made.outcome == run_word::step::signalled;
                                             begun_after = awaited_.begins(by_signal);
                                             if (by_signal) owned = consumed_.begins();
                                           });
  if (move.push) push();
  if (entry != nullptr) entry->has_begun();  // after the next is queued: else a stop might see neither
  if (move.outcome != run_word::step::empty) {
    if (owned != nullptr) owned->callback_begins();
    if (move.rearm) arm_again();
    call(move.outcome, owned, begun_after);
    const run_word::move end = counted_step([this](std::uint64_t seen) { return run_word::on_end(seen, mode_); },
                                            [&](const run_word::move&) { awaited_.ends(begun_after); });
    if (end.push) push();
    if (end.rearm) arm_again();
    if (run_word::is_quiet(end.next)) finish(true);
  }
  if (move.kept) release();
}

void registration::call(run_word::step begun, mutex_object* owned, std::uint64_t begun_after) {
  wait_status how = begun == run_word::step::signalled ? wait_status::signalled : wait_status::timed_out;
  if (owned != nullptr && owned->held.was_abandoned) how = wait_status::abandoned;
  const inside_callback frame(this, &pool_, begun_after);
  running_callback::begins(this);
  callback_scope scope(*this, how);
  static_cast<void>(pool_.exceptions().run([&] { callback_(scope); }));
  scope.act_on_return();
  if (owned != nullptr) {
    owned->callback_returned();
    owned->release();
  }
  running_callback::ended();
}

void registration::append_in_flight(std::vector<callback_info>& to) {
  const std::string own_name = name();
  for (const running_callback::found& each : running_callback::all_of(this)) {
    to.push_back({own_name, std::chrono::nanoseconds(each.running_for), each.thread});
  }
  // order: relaxed. The number is all that is read.
  const std::uint64_t due = run_word::pending(run_.load(std::memory_order_relaxed));
  to.insert(to.end(), due, {own_name, std::chrono::nanoseconds::zero(), 0});
}

registration::entering registration::enter(group_core& group) noexcept {
  const std::lock_guard hold(lock_);
  if (has_left_groups_) return entering::has_stopped;
  if (group_ != nullptr) return group_ == &group ? entering::is_there : entering::elsewhere;
  group.add_reference();
  group_ = &group;
  return entering::entered;
}

}  // namespace quiesce::inline v0
