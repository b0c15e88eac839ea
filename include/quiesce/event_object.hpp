#pragma once

#include "quiesce/event_word.hpp"
#include "quiesce/waitable.hpp"

namespace quiesce::inline v0 {

class claimed_waiters;

/// The object behind everything that is signalled like an event: both kinds of event, and what the library itself signals
/// (timers, processes, stops). Its uncontended paths are inline: one compare-exchange.
class event_object : public waitable {
 public:
  event_object(event_word::reset kind, bool signalled) noexcept
      : waitable(kind == event_word::reset::manual ? take_rule::keeps : take_rule::counts_down, signalled ? 1 : 0),
        kind_(kind) {}

  void set() noexcept {
    std::uint64_t seen =
        event_word::unsignalled;  // a guess: what it mostly is, and a load would cost as much as a miss
    for (;;) {
      const event_word::move move = event_word::on_set(seen);
      if (move.outcome == event_word::step::slow) [[unlikely]]
        return set_slowly();
      // order: release. The wait that takes this signal sees all that was done before set(). Last touch of the object.
      // pairs: the acquire of try_take().
      // not:   an early return when it is signalled already: a merged set() must still publish its own writes.
      // shown: tests/explore/event_test.cpp, WhatPrecedesASetIsSeenAfterTheWait, AMergedSetPublishesItsWritesToo
      if (word_.compare_exchange_weak(seen, move.next, std::memory_order_release, std::memory_order_relaxed)) return;
    }
  }

  void reset() noexcept {
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      const event_word::move move = event_word::on_reset(seen);
      if (move.outcome == event_word::step::slow) [[unlikely]]
        return reset_slowly();
      // order: acquire. What came before the signals that are thrown away happens before what follows this reset(); that
      //        it also does before what the next taker does needs no more, as a compare-exchange passes on what it read.
      // pairs: the release of set().
      // not:   relaxed, under which a thread that resets and then looks at what was signalled may miss it.
      // shown: tests/explore/event_test.cpp, WhatPrecedesAThrownAwaySignalIsSeenAfterTheReset
      if (word_.compare_exchange_weak(seen, move.next, std::memory_order_acquire, std::memory_order_relaxed)) return;
    }
  }

  void pulse() noexcept;

 protected:
  /// set() or pulse() without its last part: who has to be told is left to the caller, who may hold other locks.
  void claim_waiters(bool keep_signal, claimed_waiters& claimed) noexcept;

  bool is_signalled() const noexcept { return event_word::is_signalled(word_.load(std::memory_order_acquire)); }

 private:
  // Not inline: so the library holds the table of virtual functions, and the type that it names. Of a class whose virtual
  // functions are all inline every program makes its own, and one built without run-time types makes it without the type.
  bool is_available(std::uint64_t word, std::uint64_t owner) const noexcept override;
  std::uint64_t after_take(std::uint64_t word, std::uint64_t) const noexcept override {
    return event_word::after_take(word, kind_);
  }

  void set_slowly() noexcept;
  void reset_slowly() noexcept;

  event_word::reset kind_;
};

/// What the handles auto_reset_event and manual_reset_event stand for: an event that programs set. The other kinds that
/// are events inside are set by the library only.
class program_event final : public event_object {
 public:
  using event_object::event_object;
  bool can_be_signalled() const noexcept override { return true; }

 private:
  signal_outcome signal(std::uint64_t& word) noexcept override;
};

}  // namespace quiesce::inline v0
