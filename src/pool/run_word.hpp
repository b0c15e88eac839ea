#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// STATE WORD  registration::run_      64 bits; initial value 0: open and idle
///
/// Whether a callback of one registered wait may run, and who has to do what next. Nothing else decides it.
///
///   bits    name       meaning                                             who may change it
///   0       closing    a stop has begun; never cleared                     any thread
///   1       busy       somebody links or unlinks the wait; the place in    set: any thread that finds it clear;
///                      the object's queue, the object and the time-out     cleared: its holder
///                      belong to him
///   2       armed      a signal or a time-out may fire the wait            set: the holder of busy, under the lock of
///                                                                          the object's queue; cleared: any thread
///   3       scheduled  an entry in the run queue exists or is owed by      set: who counts a fire or ends a callback;
///                      who set it                                          cleared: the worker that takes the entry
///   4       again      the wait repeats: it has to be armed when nothing   set: arm; cleared: disarm and close
///                      of it is pending
///   5       sleepers   a thread sleeps until busy is clear (may be stale:  set: who goes to sleep; cleared: who clears
///                      legal with nobody asleep, not the reverse)          busy or sets closing, and wakes all
///   6       kept       the entry in the run queue owns a reference of its   set: who drops the fires that it stood for;
///                      own: what it stood for was dropped                  cleared: the worker that takes the entry
///   7       counted    a thread waits for callbacks, or a mutex is held    set: who waits for callbacks, who fires by a
///                      for one: begins, ends and drops are made under the  mutex; cleared: who finds neither left. All
///                      registration's lock, and counted there (may be      under that lock, and so is all that takes
///                      stale: legal with neither)                          fires away
///   8-17    running    callbacks that have begun and not ended             workers
///   18-40   signals    fires by a signal that have not begun yet           who fires; a worker; a stop that drops
///   41-63   expiries   fires by a time-out that have not begun yet         the same
///   `pending` is signals + expiries. Signals begin first. *Quiet* is closing with nothing pending, running or busy.
///
///   Impossible: closing with armed or again (a stop takes them away in the same step); pending without scheduled while
///   nothing runs; running > 1 without overlap; scheduled with running, without overlap; scheduled without pending or
///   kept; kept without scheduled; again with nothing armed, pending, running or busy (the repetition would be lost); sleepers without busy.
///
/// INVARIANTS
///   I1  a fire is counted if and only if armed was set, and takes it away: one arming, at most one fire; or by the
///       arming itself, which found the object signalled and never set armed
///   I2  quiet is reached exactly once, and stays: all that could leave it is refused by closing. Who reaches it
///       destroys the callable and then tells that the wait has stopped
///   I3  references of the registration: its own, until who has reached quiet has told so, and one for kept. So while it is
///       armed or busy, and while a callback is pending or runs, the object is there: every thread that acts on an outcome
///       of this word still has it until it takes away the last of these, and no arming, fire or callback touches a count
///   I4  all that fires does so under a lock that disarming passes too: the lock of the object's queue, or that of the
///       deadlines. So no signal or time-out that belonged to an earlier arming can end a later one
///   I5  a wait that repeats is armed again by the first of these that finds nothing pending and busy free: a callback
///       that begins, one that ends; who drops what was pending; or the holder of busy when he lets go. With an object that
///       has an owner, and without overlap, only by those who find nothing running
///   I6  a wait for callbacks knows how many signals, expiries and running callbacks there were in the step by which it
///       began, and every later begin, end and drop until none of these is left: what fires later begins after those of
///       its kind that were pending, so it never prolongs the wait
///   I7  while a pending signal is a mutex that was consumed, `counted` is set. So the list of these mutexes knows at each
///       begin how many signals stood before each of them, and whoever takes fires away takes their mutexes too
///   I8  who drops mutexes has busy, or runs inside a callback, until he has given them back: quiet is not reached before
///
/// TRANSITIONS, by the letters A armed, Q pending, R running, c closing, Z quiet. What a column leaves out is unchanged.
///   state     arm        fire           begin             end             disarm      close          close, dropping
///   idle      busy       lost           -                 -               busy        c busy         c busy
///   A         busy, -A   -A +Q push     -                 -               busy, -A    c busy -A      c busy -A
///   Q         busy       lost           R                 -               too late    c busy         c busy -Q
///   QA        busy, -A   -A +Q          RA                -               busy, -A    c busy -A      c busy -A -Q
///   R         busy       lost           -                 idle            busy        c busy         c busy
///   RA        busy, -A   -A +Q          -                 A               busy, -A    c busy -A      c busy -A
///   RQ        busy       lost           overlap: R+1      Q push          too late    c busy         c busy -Q
///   RQA       busy, -A   -A +Q          overlap: RA+1     QA push         busy, -A    c busy -A      c busy -A -Q
///   cQ        refused    lost           cR                -               refused     joined         -Q: Z
///   cR        refused    lost           -                 Z               refused     joined         joined
///   cRQ       refused    lost           overlap: cR+1     cQ push         refused     joined         cR
///   Z         refused    lost           empty             -               refused     joined         joined
///   submit: +Q push, in every state that is not closing. drop: -Q in every state, and busy when nothing is left of a wait
///   that repeats. await: counted, when something is pending or running; with dropping, -Q in the same step.
///   With a mutex pending: drop, and await with dropping, give it back, for which they need busy until let_go; begin takes
///   the one whose turn it is. A fire by a mutex: counted, in the same step as +Q.
///   Where busy is held by another: arm and disarm wait for it, and drops that give back; close leaves the cleaning up to
///   its holder.
///   commit, of who has busy: A; and, without a time-out that is still to be scheduled, -busy in the same step.
///   `busy` ends with commit or let_go; this sends its holder to clean up when the wait is closing, or to arm again by I5.
struct run_word {
  static constexpr std::uint64_t closing = 1 << 0;
  static constexpr std::uint64_t busy = 1 << 1;
  static constexpr std::uint64_t armed = 1 << 2;
  static constexpr std::uint64_t scheduled = 1 << 3;
  static constexpr std::uint64_t again = 1 << 4;
  static constexpr std::uint64_t sleepers = 1 << 5;
  static constexpr std::uint64_t kept = 1 << 6;
  static constexpr std::uint64_t counted = 1 << 7;

  static constexpr int running_shift = 8;
  static constexpr int signals_shift = 18;
  static constexpr int expiries_shift = 41;
  static constexpr std::uint64_t one_running = std::uint64_t{1} << running_shift;
  static constexpr std::uint64_t one_signal = std::uint64_t{1} << signals_shift;
  static constexpr std::uint64_t one_expiry = std::uint64_t{1} << expiries_shift;
  static constexpr std::uint64_t most_running = (1u << 10) - 1;
  static constexpr std::uint64_t most_pending = (1u << 23) - 1;  // of each kind

  /// How a registered wait behaves.
  struct mode {
    bool overlap = false;  // its callbacks may run at the same time
    bool repeats = false;  // it arms itself again when a callback begins
  };

  enum class fire : std::uint8_t { signal, expiry };

  enum class step : std::uint8_t {
    refused,    // closing
    wait,       // busy: sleep until it is clear, then look again
    overflow,   // more fires pending than the word can count
    begun,      // busy is the caller's
    replaced,   // busy is the caller's, and the arming it took away
    committed,  // armed, and still busy
    fired,      // one more fire is pending
    lost,       // not armed
    signalled,  // a callback begins, for a signal
    expired,    // a callback begins, for a time-out
    empty,      // nothing to begin: it was dropped
    ended,
    dropped,
    awaits,     // something is pending, running or given back, and has to be waited for
    over,       // nothing is: there is nothing to wait for
    too_late,   // busy is the caller's; nothing was armed
    closes,     // busy is the caller's, who has to clean up and let go
    delegated,  // closing is set; the holder of busy cleans up when he lets go
    joined,     // closing was set already
    clean_up,   // still busy: leave the queue and the deadlines, then let go
    rearm,      // still busy: arm again, then let go
    released,
  };

  struct move {
    std::uint64_t next;
    step outcome;
    bool push = false;   // the caller owes an entry in the run queue
    bool rearm = false;  // with begin, end and drop: busy is the caller's, who has to arm again and let go;
                         // with a drop that gives back he has busy even if not
    bool wake = false;   // sleepers have to be woken
    std::uint64_t dropped = 0;
    bool kept =
        false;  // with begin: the entry's own reference is the caller's; with drop: the entry needs one from the caller
  };

  static constexpr std::uint64_t running(std::uint64_t word) noexcept { return (word >> running_shift) & most_running; }
  static constexpr std::uint64_t signals(std::uint64_t word) noexcept { return (word >> signals_shift) & most_pending; }
  static constexpr std::uint64_t expiries(std::uint64_t word) noexcept { return word >> expiries_shift; }
  static constexpr std::uint64_t pending(std::uint64_t word) noexcept { return signals(word) + expiries(word); }
  static constexpr bool is_quiet(std::uint64_t word) noexcept {
    return (word & closing) != 0 && (word & busy) == 0 && running(word) == 0 && pending(word) == 0;
  }

  /// Nothing is due or running, and nobody is about to change that: who closes it now, reaches quiet when he lets go.
  static constexpr bool is_unused(std::uint64_t word) noexcept {
    return (word & (closing | busy | counted)) == 0 && running(word) == 0 && pending(word) == 0;
  }

  /// Whether this step is the one that reached quiet (I2).
  static constexpr bool reached_quiet(std::uint64_t seen, std::uint64_t next) noexcept {
    return is_quiet(next) && !is_quiet(seen);
  }

  static constexpr move on_arm(std::uint64_t seen, mode how) noexcept {
    if ((seen & closing) != 0) return {seen, step::refused};
    if ((seen & busy) != 0) return {seen | sleepers, step::wait};
    if (signals(seen) == most_pending || expiries(seen) == most_pending) return {seen, step::overflow};
    const std::uint64_t next = (seen & ~(armed | again)) | busy | (how.repeats ? again : 0);
    return {next, (seen & armed) != 0 ? step::replaced : step::begun};
  }

  /// With a time-out to come the holder keeps busy until that is scheduled.
  static constexpr move on_commit(std::uint64_t seen, bool keeps_busy) noexcept {
    if ((seen & closing) != 0) return {seen, step::refused};
    if (keeps_busy) return {seen | armed, step::committed};
    move result{(seen | armed) & ~(busy | sleepers), step::released};
    result.wake = (seen & sleepers) != 0;
    return result;
  }

  /// The arming found its object signalled: it fires without having been armed.
  static constexpr move on_found(std::uint64_t seen, mode how) noexcept {
    if ((seen & closing) != 0) return {seen, step::refused};
    return scheduling({seen + one_signal, step::fired}, how);
  }

  static constexpr move on_fire(std::uint64_t seen, fire by, mode how) noexcept {
    if ((seen & armed) == 0) return {seen, step::lost};
    const std::uint64_t one = by == fire::signal ? one_signal : one_expiry;
    return scheduling({(seen & ~armed) + one, step::fired}, how);
  }

  /// What a fire by a mutex comes to.
  static constexpr move by_mutex(move made) noexcept {
    if (made.outcome == step::fired) made.next |= counted;
    return made;
  }

  /// A fire that no object and no limit makes, but a thread that asks for a callback.
  static constexpr move on_submit(std::uint64_t seen, mode how) noexcept {
    if ((seen & closing) != 0) return {seen, step::refused};
    if (signals(seen) == most_pending) return {seen, step::overflow};
    return scheduling({seen + one_signal, step::fired}, how);
  }

  /// A worker has taken the entry from the run queue.
  static constexpr move on_begin(std::uint64_t seen, mode how) noexcept {
    const std::uint64_t taken = seen & ~(scheduled | kept);
    move result{taken, step::empty};
    result.kept = (seen & kept) != 0;
    if (pending(seen) == 0) return result;
    const bool by_signal = signals(seen) != 0;
    result.next = taken + one_running - (by_signal ? one_signal : one_expiry);
    result.outcome = by_signal ? step::signalled : step::expired;
    take_rearming(result);
    return scheduling(result, how);
  }

  static constexpr move on_end(std::uint64_t seen, mode how) noexcept {
    move result{seen - one_running, step::ended};
    take_rearming(result);
    return scheduling(result, how);
  }

  static constexpr move on_disarm(std::uint64_t seen) noexcept {
    if ((seen & closing) != 0) return {seen, step::refused};
    if ((seen & busy) != 0) return {seen | sleepers, step::wait};
    return {(seen & ~(armed | again)) | busy, (seen & armed) != 0 ? step::replaced : step::too_late};
  }

  /// `cleaned`: the holder has left the queue and the deadlines. `at_rest`: the wait may be armed again only when nothing runs.
  static constexpr move on_let_go(std::uint64_t seen, bool cleaned, bool at_rest) noexcept {
    if ((seen & closing) != 0 && !cleaned) return {seen, step::clean_up};
    if (has_to_be_armed(seen) && (running(seen) == 0 || !at_rest)) return {seen, step::rearm};
    move result{seen & ~(busy | sleepers), step::released};
    result.wake = (seen & sleepers) != 0;
    return result;
  }

  /// `drop`: what is pending cannot run, or must not begin after the callback that asks for the stop.
  static constexpr move on_close(std::uint64_t seen, bool drop) noexcept {
    move result{seen, step::joined};
    if (drop) drop_pending(result);
    if ((seen & closing) != 0) return result;
    result.next = (result.next & ~(armed | again | sleepers)) | closing | busy;
    result.outcome = (seen & busy) != 0 ? step::delegated : step::closes;
    result.wake = (seen & sleepers) != 0;
    return result;
  }

  /// Takes back what is pending, and nothing else. `gives_back`: mutexes among it, with busy (I8).
  static constexpr move on_drop(std::uint64_t seen, bool gives_back) noexcept {
    if (gives_back && (seen & busy) != 0) return {seen | sleepers, step::wait};
    move result{seen, step::dropped};
    drop_pending(result);
    take_rearming(result);
    if (gives_back) result.next |= busy;
    return result;
  }

  /// A wait for callbacks begins: for what `next` says is pending and running, and, with `others_give_back`, for those who
  /// have dropped mutexes and not yet given them back. With `drop` it first takes back what is pending.
  static constexpr move on_await(std::uint64_t seen, bool drop, bool gives_back, bool others_give_back) noexcept {
    move result = drop ? on_drop(seen, gives_back) : move{seen, step::over};
    if (result.outcome == step::wait) return result;
    const bool is_over = pending(result.next) == 0 && running(result.next) == 0 && !others_give_back;
    result.outcome = is_over ? step::over : step::awaits;
    result.next = is_over ? result.next & ~counted : result.next | counted;
    return result;
  }

  /// No thread waits for callbacks any more, and no mutex is held for one.
  static constexpr move on_uncounted(std::uint64_t seen) noexcept { return {seen & ~counted, step::over}; }

 private:
  static constexpr void drop_pending(move& result) noexcept {
    result.dropped = pending(result.next);
    result.next &= one_signal - 1;
    result.kept = result.dropped != 0 && (result.next & scheduled) != 0 && (result.next & kept) == 0;
    if (result.kept) result.next |= kept;
  }

  static constexpr bool has_to_be_armed(std::uint64_t word) noexcept {
    return (word & again) != 0 && (word & armed) == 0 && pending(word) == 0;
  }

  static constexpr void take_rearming(move& result) noexcept {
    result.rearm = has_to_be_armed(result.next) && (result.next & busy) == 0;
    if (result.rearm) result.next |= busy;
  }

  // An entry in the run queue is owed when something is pending, none exists yet, and it may begin.
  static constexpr move scheduling(move result, mode how) noexcept {
    const std::uint64_t at_once = how.overlap ? most_running : 1;
    if (pending(result.next) != 0 && (result.next & scheduled) == 0 && running(result.next) < at_once) {
      result.next |= scheduled;
      result.push = true;
    }
    return result;
  }
};

}  // namespace quiesce::inline v0
