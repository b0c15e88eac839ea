// How the callbacks of one registration come to their end: stops, what is taken back, waits for callbacks.
#include <mutex>
#include <utility>

#include "base/contract.hpp"
#include "pool/group_core.hpp"
#include "pool/registration.hpp"
#include "pool/running_callback.hpp"
#include "quiesce/wait.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

// Quiet was reached, once, by this thread (I2): nobody uses the callable any more, and nobody has been told so.
// `is_counted`: by an entry that the pool counts as running until this has returned.
void registration::finish(bool is_counted) noexcept {
  {
    const bool is_shown = running_callback::can_begin();  // in flight until what was captured is gone
    if (is_shown) running_callback::begins(this);
    // And it may stop the wait, or the pool, while it is destroyed. The pool waits for no more than its members.
    const inside_callback frame(this, is_member_ ? &pool_ : nullptr, 0, is_counted);
    callback_.reset();
    if (is_shown) running_callback::ended();
  }
  code_.let_go();  // before anybody is told, who may then close it
  group_core* group;
  {
    const std::lock_guard hold(lock_);
    has_left_groups_ = true;
    group = std::exchange(group_, nullptr);
  }
  if (group != nullptr) group->leave_list(*this);
  set();  // before the pool and the group can be seen as stopped
  if (group != nullptr) group->member_closed();
  if (is_member_) pool_.member_closed(*this);
  release();  // its own (I3). Last touch of the registration, unless the caller owns a reference.
}

// The caller owns a reference if `drop`.
registration::stop_report registration::close(bool drop) noexcept {
  std::uint64_t met = 0;
  const auto closing = [drop, &met](std::uint64_t seen) {
    met = seen;
    return run_word::on_close(seen, drop);
  };
  dropped_mutexes mutexes;
  if (drop) add_reference();  // for the entry in the run queue, before it can be run
  const run_word::move move =
      drop ? counted_step(closing, [&](const run_word::move&) { mutexes = drop_counted(); }) : step(closing);
  claimed_waiters to_tell;
  give_back(mutexes, to_tell);
  bool is_last = false;
  switch (move.outcome) {
    case run_word::step::closes:
      unlink();
      is_last = let_busy_go(true);
      break;
    case run_word::step::joined: is_last = run_word::reached_quiet(met, move.next); break;
    default: break;  // delegated: whoever holds busy cleans up
  }
  to_tell.tell();
  if (is_last) finish();
  if (drop && !move.kept) release();
  return {.result = {.dropped = move.dropped}, .running = run_word::running(met), .pending = run_word::pending(met)};
}

void registration::request_stop() noexcept { static_cast<void>(close(false)); }

std::size_t registration::drop_pending() noexcept {
  bool is_last = false;
  dropped_mutexes mutexes;
  run_word::move move;
  add_reference();  // for the entry in the run queue, before it can be run
  do {
    move = counted_step(
        [&](std::uint64_t seen) {
          const run_word::move made = run_word::on_drop(seen, has_consumed(seen));
          is_last = run_word::reached_quiet(seen, made.next);
          return made;
        },
        [&](const run_word::move& made) {
          if (made.outcome != run_word::step::wait) mutexes = drop_counted();
        });
  } while (slept_until_let_go(move));
  if (is_last) finish();
  settle_drop(move, mutexes);
  if (!move.kept) release();
  return move.dropped;
}

// With the lock held, or of a word that is not counted: whether a mutex is pending (I7).
bool registration::has_consumed(std::uint64_t seen) const noexcept {
  return (seen & run_word::counted) != 0 && !consumed_.empty();
}

// With the lock held, after all that was pending has been dropped. The mutexes are the caller's to give back.
registration::dropped_mutexes registration::drop_counted() noexcept {
  mutex_object* const first = consumed_.drop();
  return {.first = first, .dropped_after = awaited_.drop(first != nullptr)};
}

// Each may be consumed by the next wait, and so stand in another list, as soon as it is given back.
void registration::give_back(dropped_mutexes dropped, claimed_waiters& to_tell) noexcept {
  if (dropped.first == nullptr) return;
  while (mutex_object* const mutex = dropped.first) {
    dropped.first = mutex->held.next;
    mutex->callback_dropped(to_tell);
    mutex->release();
  }
  const std::lock_guard hold(lock_);
  awaited_.gave_back(dropped.dropped_after);
}

// After what was pending has been dropped: a wait that repeats goes on. The caller owns a reference, and may be about to
// wait. Those whom a mutex is given to are told before the end of this wait is: what was captured may wait for them.
void registration::settle_drop(const run_word::move& move, const dropped_mutexes& mutexes) noexcept {
  if (move.rearm || mutexes.first != nullptr) {
    claimed_waiters to_tell;
    give_back(mutexes, to_tell);
    const bool is_last = !(move.rearm && link_again()) && let_busy_go();
    to_tell.tell_and_hand_over();
    if (is_last) finish();
  }
}

void registration::wait_for_callbacks(bool drop, const std::source_location& where) noexcept {
  add_reference();  // a callback that is waited for may drop the caller's
  add_reference();  // for the entry in the run queue, before it can be run
  awaited_callbacks::wait self;
  run_word::move move;
  bool is_last = false;
  dropped_mutexes mutexes;
  do {
    const std::lock_guard hold(lock_);
    move = step([&](std::uint64_t seen) {
      const run_word::move made = run_word::on_await(seen, drop, !consumed_.empty(), awaited_.is_giving_back());
      is_last = run_word::reached_quiet(seen, made.next);
      return made;
    });
    if (move.dropped != 0) mutexes = drop_counted();
    if (move.outcome == run_word::step::awaits) awaited_.add(self, move.next);
  } while (slept_until_let_go(move));
  if (is_last) finish();
  settle_drop(move, mutexes);
  if (!move.kept) release();
  if (move.outcome == run_word::step::awaits) {
    if (thread_record::current().is_inside(this)) {
      base::fatal_misuse("a callback waits for the callbacks of its own wait", name(), where);
    }
    std::size_t dropped = 0;
    blocked_stop blocked(*this, self.over, blocked_stop::kind::callbacks, never, where, &self);
    static_cast<void>(await(self.over, never, blocked, dropped));
  }
  release();
}

registration::stop_report registration::stop_until(deadline until, blocked_stop::kind kind,
                                                   const std::source_location& where) noexcept {
  if (close_unused()) return {.result = {.status = stop_status::stopped}};
  add_reference();  // the callable that is destroyed on the way may own the caller's
  const bool inside = thread_record::current().is_inside(this);
  stop_report report = close(inside);
  if (inside) {
    report.result.status = stop_status::deferred;
  } else {
    blocked_stop self(*this, *this, kind, until, where);
    report.result.status = await(*this, until, self, report.result.dropped);
  }
  if (is_pinned_ && report.result.status == stop_status::stopped) os::pinned_code::close_all();
  release();
  return report;
}

// The stop of a wait of which nothing is due or running, nor can be when it is closing: by I2 this thread brings it to its
// end. False, and nothing has changed: it is not such a wait, or another thread was just changing it.
bool registration::close_unused() noexcept {
  std::uint64_t seen = run_.load(std::memory_order_relaxed);
  if (!run_word::is_unused(seen)) return false;
  // order: as in step().
  if (!run_.compare_exchange_strong(seen, run_word::on_close(seen, false).next, std::memory_order_acq_rel,
                                    std::memory_order_relaxed)) {
    return false;
  }
  const bool is_pinned = is_pinned_;
  unlink();
  if (!let_busy_go(true)) base::bug("a registered wait of which nothing was due did not stop");
  finish();  // Last touch of the registration: the callable may own the caller's reference.
  if (is_pinned) os::pinned_code::close_all();
  return true;
}

// What the graph of waits says meanwhile: that this must not wait, or that what is due cannot run.
stop_status registration::await(event_object& over, deadline until, blocked_stop& self, std::size_t& dropped) noexcept {
  for (;;) {
    const wait_result ended = wait_any_until({self.news(), handle_ref(over)}, until);
    if (ended.index != 0 || self.is_deferred()) return self.answer(ended);
    dropped += drop_pending();
    self.waits_again();
  }
}

bool registration::has_due(const awaited_callbacks::wait* of) noexcept {
  if (of == nullptr) return run_word::pending(run_.load(std::memory_order_relaxed)) != 0;
  const std::lock_guard hold(lock_);
  return of->signals + of->expiries != 0;
}

}  // namespace quiesce::inline v0
