// How the callbacks of one registration come to their end: stops, what is taken back, waits for callbacks.
#include <mutex>
#include <optional>
#include <utility>

#include "base/contract.hpp"
#include "pool/group_core.hpp"
#include "pool/registration.hpp"
#include "pool/running_callback.hpp"
#include "quiesce/wait.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

// Quiet was reached, once, by this thread (I2): nobody uses the callable any more, and nobody has been told so.
void registration::finish() noexcept {
  add_reference();  // what was captured may own the handle of this very wait, and with it the caller's reference
  {
    const bool is_shown = running_callback::can_begin();  // in flight until what was captured is gone
    if (is_shown) running_callback::begins(this);
    const inside_callback frame(this, &pool_);  // and it may stop the wait, or the pool, while it is destroyed
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
  release();  // Last touch of the registration, unless the caller owns a reference.
}

registration::stop_report registration::close(bool drop) noexcept {
  std::uint64_t met = 0;
  const auto closing = [drop, &met](std::uint64_t seen) {
    met = seen;
    return run_word::on_close(seen, drop);
  };
  const run_word::move move =
      drop ? counted_step(closing, [this](const run_word::move&) { awaited_.drop(); }) : step(closing);
  switch (move.outcome) {
    case run_word::step::closes: let_go(); break;
    case run_word::step::joined:
      if (run_word::reached_quiet(met, move.next)) finish();
      break;
    default: break;  // delegated: whoever holds busy cleans up
  }
  drop_references(move.dropped + (move.was_armed ? 1 : 0) - (move.kept ? 1 : 0));
  return {.result = {.dropped = move.dropped}, .running = run_word::running(met), .pending = run_word::pending(met)};
}

void registration::drop_references(std::uint64_t count) noexcept {
  for (; count != 0; --count) release();
}

void registration::request_stop() noexcept { static_cast<void>(close(false)); }

std::size_t registration::drop_pending() noexcept {
  bool is_last = false;
  const run_word::move move = counted_step(
      [&is_last](std::uint64_t seen) {
        const run_word::move made = run_word::on_drop(seen);
        is_last = run_word::reached_quiet(seen, made.next);
        return made;
      },
      [this](const run_word::move&) { awaited_.drop(); });
  if (is_last) finish();
  settle_drop(move);
  return move.dropped;
}

// After what was pending has been dropped: a wait that repeats goes on, and each fire gave its reference up, but for the
// one that an entry in the run queue still stands on. The caller owns another one.
void registration::settle_drop(const run_word::move& move) noexcept {
  if (move.rearm) arm_again();
  drop_references(move.dropped - (move.kept ? 1 : 0));
}

void registration::wait_for_callbacks(bool drop, const std::source_location& where) noexcept {
  add_reference();  // a callback that is waited for may drop the caller's
  awaited_callbacks::wait self;
  run_word::move move;
  bool is_last = false;
  {
    const std::lock_guard hold(lock_);
    move = step([drop, &is_last](std::uint64_t seen) {
      const run_word::move made = run_word::on_await(seen, drop);
      is_last = run_word::reached_quiet(seen, made.next);
      return made;
    });
    if (move.dropped != 0) awaited_.drop();
    if (move.outcome == run_word::step::awaits) awaited_.add(self, move.next);
  }
  if (is_last) finish();
  settle_drop(move);
  if (move.outcome == run_word::step::awaits) {
    if (thread_record::current().is_inside(this)) {
      base::fatal_misuse("a callback waits for the callbacks of its own wait", name(), where);
    }
    std::size_t dropped = 0;
    blocked_stop blocked(this, blocked_stop::kind::callbacks, where, self.number);
    static_cast<void>(await(self.over, never, blocked, dropped));
  }
  release();
}

registration::stop_report registration::stop_until(deadline until, blocked_stop::kind kind) noexcept {
  add_reference();  // the callable that is destroyed on the way may own the caller's
  const bool inside = thread_record::current().is_inside(this);
  stop_report report = close(inside);
  if (inside) {
    report.result.status = stop_status::deferred;
  } else {
    blocked_stop self(this, kind, std::source_location::current());
    report.result.status = await(*this, until, self, report.result.dropped);
  }
  if (is_pinned_ && report.result.status == stop_status::stopped) os::pinned_code::close_all();
  release();
  return report;
}

// A worker that waits here runs nothing. When all of them do, what is pending cannot run: it is dropped. A thread that
// destroys a callable of the pool looks at that too: workers may be waiting for the stop that it belongs to.
stop_status registration::await(event_object& over, deadline until, blocked_stop& self, std::size_t& dropped) noexcept {
  const handle_ref end(over);
  if (!try_wait(end) && !self.is_deferred() && (pool_.is_worker() || pool_.is_inside())) {
    std::optional<pool_core::blocked_worker> blocked;
    if (pool_.is_worker()) blocked.emplace(pool_);
    const wait_result ended = wait_any_until({self.deferral(), end, pool_.nobody_runs(*this)}, until);
    if (ended.index == 2) dropped += drop_pending();
    if (ended.index != 2 || try_wait(end)) return self.answer(ended);
    return self.answer(wait_any_until({self.deferral(), end}, until));
  }
  return self.answer(wait_any_until({self.deferral(), end}, until));
}

}  // namespace quiesce::inline v0
