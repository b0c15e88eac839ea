#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "os/futex.hpp"
#include "os/pinned_code.hpp"
#include "pool/awaited_callbacks.hpp"
#include "pool/blocked_stop.hpp"
#include "pool/consumed_mutexes.hpp"
#include "pool/member_link.hpp"
#include "pool/pool_core.hpp"
#include "pool/run_word.hpp"
#include "quiesce/callback_scope.hpp"
#include "quiesce/event_object.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/unique_function.hpp"
#include "reactor/deadline_entry.hpp"
#include "wait/trampoline.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

class group_core;

/// A registered wait behind its handle. Its states, and who may do what in which, are those of run_word; this class does
/// what the outcomes of that word ask for. As an event it is signalled when the wait has stopped.
class registration final : public event_object,
                           private wait_block,
                           private reactor::deadline_entry,
                           public work_item,
                           private inline_call {
 public:
  using function = unique_function<void(callback_scope&)>;

  /// What it is to users.
  enum class source : std::uint8_t { wait, work, timer };
  /// One reference, the caller's. On a pool that is stopping it is born closed.
  static registration& create(pool_core& pool, function callback, const wait_options& options, run_word::mode how,
                              time_limit again_limit, source what = source::wait);

  arm_status arm(waitable& object, deadline until, const std::source_location& where) noexcept;
  /// Arms it with a moment and no object. With a period it repeats, counted from `due`.
  arm_status set_timer(deadline due, std::chrono::nanoseconds period, std::chrono::nanoseconds window,
                       const std::source_location& where) noexcept;
  bool disarm() noexcept;
  void request_stop() noexcept;
  /// What a stop did, and what its closing step met.
  struct stop_report {
    stop_result result;
    std::uint64_t running = 0;  // callbacks that were running
    std::uint64_t pending = 0;  // fires that had not begun
  };
  stop_report stop_until(deadline until, blocked_stop::kind kind = blocked_stop::kind::stop,
                         const std::source_location& where = {}) noexcept;

  /// Asks for a callback, without object or limit. False when it is stopping.
  bool submit(const std::source_location& where) noexcept;
  /// Takes back what has not begun. Returns how much that was.
  std::size_t drop_pending() noexcept;
  void wait_for_callbacks(bool drop, const std::source_location& where) noexcept;

  /// Its handle is being destroyed. And whether it was, for who has just stopped it by the same handle.
  void handle_goes() noexcept { has_no_handle_ = true; }
  bool has_no_handle() const noexcept { return has_no_handle_; }

  pool_core& pool() const noexcept { return pool_; }
  /// Whether something is due; with `of`, of what that wait waits for.
  bool has_due(const awaited_callbacks::wait* of) noexcept;

  /// Adds those that run and those that are due. Errors: std::bad_alloc.
  void append_in_flight(std::vector<callback_info>& to);

  /// Its places in the lists of its pool and of its group, under their locks.
  member_link<registration>& in_pool() noexcept { return in_pool_; }
  member_link<registration>& in_group() noexcept { return in_group_; }

  enum class entering : std::uint8_t { entered, is_there, elsewhere, has_stopped };
  /// Belongs to the group from now on, under its lock; it is told when this has stopped.
  entering enter(group_core& group) noexcept;

 private:
  registration(pool_core& pool, function callback, const wait_options& options, run_word::mode how,
               time_limit again_limit, source what) noexcept;
  ~registration() override;

  claimed claim(waiter& place, wait_status how) noexcept override;  // by a signaller
  void tell(waiter& place) noexcept override;
  bool claim_expiry() noexcept override;  // by the reactor
  void tell_expiry() noexcept override;
  void run() override;  // by a worker
  void run_entry(pool_core::inline_entry* entry);
  void run_inline() noexcept override;
  void hand_over() noexcept override;
  void push() noexcept;

  // One transition of the run word: the loop around the compare-exchange.
  template <class Transition>
  run_word::move step(Transition transition) noexcept;
  template <class Transition>
  run_word::move step_when_not_busy(Transition transition) noexcept;
  // The same for one that takes fires or callbacks away: `account` tells those who wait for callbacks.
  template <class Transition, class Account>
  run_word::move counted_step(Transition transition, Account account) noexcept;

  bool slept_until_let_go(const run_word::move& move) noexcept;
  // A fire by a signal of an object, whose lock is held.
  template <class Transition>
  run_word::move fire_by(waitable& object, wait_status how, Transition transition) noexcept;

  template <class Link>
  arm_status arm_by(bool repeats, const std::source_location& where, Link link) noexcept;
  run_word::step link(waitable& object, deadline until) noexcept;
  run_word::step link_timer(deadline due, std::chrono::nanoseconds window) noexcept;
  [[nodiscard]] bool link_again() noexcept;
  bool is_armed_at_rest() const noexcept;
  void unlink() noexcept;
  void cancel_deadline() noexcept;
  [[nodiscard]] bool let_busy_go(bool cleaned = false) noexcept;
  void arm_again() noexcept;
  stop_report close(bool drop) noexcept;
  bool close_unused() noexcept;
  stop_status await(event_object& over, deadline until, blocked_stop& self, std::size_t& dropped) noexcept;
  bool has_consumed(std::uint64_t seen) const noexcept;
  struct dropped_mutexes {
    mutex_object* first = nullptr;    // linked; owned references
    std::uint64_t dropped_after = 0;  // for those who wait for callbacks
  };
  dropped_mutexes drop_counted() noexcept;
  void give_back(dropped_mutexes dropped, claimed_waiters& to_tell) noexcept;
  void settle_drop(const run_word::move& move, const dropped_mutexes& mutexes) noexcept;
  void call(run_word::step begun, mutex_object* owned, std::uint64_t begun_after);
  void finish(bool is_counted = false) noexcept;

  std::atomic<std::uint64_t> run_{0};
  const run_word::mode mode_;
  const source source_;
  bool is_member_ = false;      // constant after creation
  bool is_pinned_ = false;      // the same: code_ was not empty
  bool has_no_handle_ = false;  // the handle's, and what the callback captured owns the handle if others read it
  bool has_deadline_ = false;   // busy: a deadline was scheduled and may still be
  pool_core& pool_;             // owned reference
  member_link<registration> in_pool_;
  member_link<registration> in_group_;
  time_limit again_after_;  // busy: of a wait that repeats its limit, constant; of a timer its period
  waiter place_;            // busy: its object, which it was armed with last; owned reference
  os::pinned_code code_;    // of callback_, which is destroyed first
  function callback_;
  std::mutex lock_;
  awaited_callbacks awaited_;     // guarded by lock_
  consumed_mutexes consumed_;     // guarded by lock_, which is taken under the lock of the mutex
  group_core* group_ = nullptr;   // guarded by lock_; owned reference, given up when this has stopped
  bool has_left_groups_ = false;  // guarded by lock_: it has stopped, and enters none any more

  friend class callback_scope;
};

/// Registrations that were found in a list, each with a reference of its own.
struct referenced_registrations {
  std::vector<registration*> all;

  referenced_registrations() = default;
  referenced_registrations(const referenced_registrations&) = delete;
  referenced_registrations& operator=(const referenced_registrations&) = delete;
  ~referenced_registrations() {
    for (registration* const each : all) each->release();
  }
  /// Locks what guards the lists and `count`, which is no less than the number of their members, with room for so many:
  /// nothing is allocated under the lock.
  /// Errors: std::bad_alloc; then it is not locked.
  [[nodiscard]] std::unique_lock<std::mutex> lock_with_room(std::mutex& lock, const std::size_t& count) {
    for (std::size_t room = 64;; room *= 2) {
      all.reserve(room);
      std::unique_lock hold(lock);
      if (count <= room) return hold;
    }
  }
  /// There is room for it.
  void add(registration& found) noexcept {
    found.add_reference();
    all.push_back(&found);
  }
};

// After a step: whether it found busy held. Then the caller has slept, and takes the step again.
inline bool registration::slept_until_let_go(const run_word::move& move) noexcept {
  if (move.outcome != run_word::step::wait) return false;
  os::futex_wait(os::futex_address(run_), static_cast<std::uint32_t>(move.next));
  return true;
}

// order: acquire and release, for every transition. A step publishes what its thread did before (a signaller its data, a
//        callback its effects, the holder of busy the fields that busy guards, a worker that it has taken the entry out
//        of the queue) and sees what the steps before it published.
// pairs: with the other transitions of this word.
// not:   release for ends and acquire for begins alone: the last of several overlapping callbacks to end must see the
//        work of the others, since it destroys what they used.
// shown: tests/explore/stop_test.cpp, NoCallbackFollowsAStopThoughCallbacksArmTheirWaitAgain
template <class Transition>
run_word::move registration::step(Transition transition) noexcept {
  std::uint64_t seen = run_.load(std::memory_order_relaxed);
  for (;;) {
    const run_word::move move = transition(seen);
    // Last touch of the registration, if it gives busy back: the wake uses the address only.
    if (!run_.compare_exchange_weak(seen, move.next, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
    if (move.wake) os::futex_wake(os::futex_address(run_), 1 << 30);
    return move;
  }
}

template <class Transition>
run_word::move registration::step_when_not_busy(Transition transition) noexcept {
  for (;;) {
    const run_word::move move = step(transition);
    if (!slept_until_let_go(move)) return move;
  }
}

template <class Transition, class Account>
run_word::move registration::counted_step(Transition transition, Account account) noexcept {
  std::uint64_t seen = run_.load(std::memory_order_relaxed);
  while ((seen & run_word::counted) == 0) {
    const run_word::move move = transition(seen);
    // order: as in step().
    if (!run_.compare_exchange_weak(seen, move.next, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
    if (move.wake) os::futex_wake(os::futex_address(run_), 1 << 30);
    return move;
  }
  const std::lock_guard hold(lock_);
  const run_word::move move = step(transition);
  account(move);
  if (awaited_.empty() && consumed_.empty()) static_cast<void>(step(run_word::on_uncounted));
  return move;
}

}  // namespace quiesce::inline v0
