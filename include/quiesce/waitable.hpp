#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "quiesce/object_word.hpp"
#include "quiesce/reference_word.hpp"

namespace quiesce::inline v0 {

class waiter;
class queue_lock;
class state_lock;

/// What an attempt to take an object came to.
enum class take_outcome : std::uint8_t {
  nothing,    // it was not signalled
  taken,      // by this wait
  abandoned,  // the same, and its owner had ended without releasing it
  too_often,  // the caller owns it already, as often as can be counted
};

/// How the uncontended take of a kind of object looks; the value of its word says how much is there.
enum class take_rule : std::uint8_t {
  keeps,        // a value that is not zero stays as it is: what has happened for good, and manual-reset events
  counts_down,  // each take makes the value one less: semaphores, and auto-reset events, which count to one
  asks,         // neither: try_take() has to be called
};

/// What an attempt to signal an object came to.
enum class signal_outcome : std::uint8_t {
  signalled,       // it can be taken once more, or a waiter has it
  full,            // a semaphore at its maximum: unchanged
  not_owned,       // a mutex that the calling thread does not own: unchanged
  not_signallable  // of a kind that nobody signals by hand: unchanged
};

/// What stands behind every handle: a reference-counted object with one state word and one first-come-first-served
/// queue of waiters. Programs use handles; this class is public because the fast paths of events are inline.
///
/// An object begins with one reference, its creator's. Whoever is queued on it holds one of his own.
class waitable {
 public:
  waitable(const waitable&) = delete;
  waitable& operator=(const waitable&) = delete;

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

  /// Adds a reference unless the last one has gone: for those who found the object in a list that owns none.
  bool try_add_reference() noexcept;

  /// Drops one. The last one destroys the object. Last touch of the object by the caller.
  void release() noexcept;

  enum class glance : std::uint8_t { taken, nothing, unsure };

  /// The uncontended try_take(): one load, and one compare-exchange if there is something to take away. `unsure`: the
  /// object is being changed or is of a kind that has to be asked.
  glance try_take_at_a_glance() noexcept {
    std::uint64_t seen = word_.load(std::memory_order_acquire);
    while (rule_ != take_rule::asks && object_word::is_plain(seen)) {
      if (seen == 0) return glance::nothing;
      if (rule_ == take_rule::keeps) return glance::taken;
      // order: acquire. What the signaller did before its signal is seen by whoever takes it.
      // pairs: the release of the set() or the unlock that stored the signal.
      // not:   relaxed, under which the waiter could read data from before the signal.
      // shown: tests/explore/event_test.cpp, ASignalThatIsPassedOnIsHeldByOneThreadAtATime
      if (word_.compare_exchange_weak(seen, seen - object_word::one, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
        return glance::taken;
      }
    }
    // Nobody overtakes a waiter. What has to be asked may be there all the same.
    return rule_ != take_rule::asks && seen == object_word::waiting ? glance::nothing : glance::unsure;
  }

  /// The same by who expects a signal to be there: without the load, if the guess is right.
  glance try_take_expected() noexcept {
    std::uint64_t guess = object_word::one;
    if (rule_ == take_rule::counts_down &&
        word_.compare_exchange_strong(guess, 0, std::memory_order_acquire, std::memory_order_relaxed)) {
      return glance::taken;
    }
    return try_take_at_a_glance();
  }

  /// Takes the signal in the calling thread's name, as one wait that does not block would. `nothing`: there was none at
  /// some moment of the call, or waiters stand before the caller. Lock-free unless the object is being changed under its
  /// lock, or stands in a wait for all of several.
  virtual take_outcome try_take() noexcept;

  /// Signals the object once in the calling thread's name: sets an event, releases a semaphore by one, unlocks a mutex.
  signal_outcome signal_once() noexcept;

  /// Whether a wait that takes it owns it, as a mutex is owned.
  virtual bool has_owner() const noexcept { return false; }

  /// The number of the thread that owns it at this moment; 0 if none does.
  virtual std::uint64_t owner() const noexcept { return 0; }

  /// Whether the calling thread owns it as often as can be counted: then it must not wait for it.
  virtual bool is_taken_too_often() const noexcept { return false; }

  /// Whether its state is the kernel's, as that of a descriptor is: it may be available before anybody has told so.
  virtual bool is_kept_by_kernel() const noexcept { return false; }

  /// Whether programs signal the object, as they do events, semaphores and mutexes.
  virtual bool can_be_signalled() const noexcept { return false; }

  /// The name for reports; empty when none was given. Allocates; throws std::bad_alloc, nothing changed.
  std::string name();
  void set_name(std::string_view name);

 protected:
  waitable(take_rule rule, std::uint64_t value) noexcept : word_(value << object_word::value_shift), rule_(rule) {}
  virtual ~waitable();

  /// Whether a wait in the name of `owner` (a thread's number; only kinds that have owners look at it) may take the
  /// object now. Called with the queue lock held and the word as the holder has it, or without the lock on a word that
  /// was seen without flags.
  virtual bool is_available(std::uint64_t word, std::uint64_t owner) const noexcept = 0;

  /// The word after one wait took the object. Only asked of a word for which is_available() answered true.
  virtual std::uint64_t after_take(std::uint64_t word, std::uint64_t owner) const noexcept = 0;

  /// try_take() under the lock, for kinds without an owner or words with a flag.
  take_outcome try_take_slowly() noexcept;

  /// Somebody else took the object in the name of the calling thread, which now knows of it. No lock is held.
  virtual void taken_for_this_thread() noexcept {}

  /// Changes `word` as one signal of the calling thread does, whose queue lock is held. Unless `signalled`: leaves it.
  virtual signal_outcome signal(std::uint64_t& word) noexcept;

  /// Somebody waits who found the object not available; the queue lock is held. A kind whose state the kernel keeps asks
  /// for news here. Called for the first waiter of a queue, and while the object is enrolled for every one.
  virtual void waiting_begins() noexcept {}

  /// The last reference has gone. The default deletes the object.
  virtual void last_reference_dropped() noexcept;

  std::atomic<std::uint64_t> word_;

 private:
  friend class queue_lock;
  friend class state_lock;
  friend class thread_block;

  std::atomic<std::uint32_t> references_{reference_word::initial};
  std::uint32_t enrolments_ = 0;             // guarded by the queue lock; changed only with the wide lock held too
  waiter* first_waiter_ = nullptr;           // a ring; guarded by the queue lock
  std::shared_ptr<const std::string> name_;  // guarded by the queue lock
  const take_rule rule_;                     // last: what derives from this puts small members beside it
};

}  // namespace quiesce::inline v0
