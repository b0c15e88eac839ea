#pragma once

#include <cstddef>
#include <cstdint>

#include "quiesce/wait_result.hpp"
#include "quiesce/waitable.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

class all_wait;
class wait_block;

/// One place in the queue of one object. It belongs to a wait block, which outlives its stay in the queue.
class waiter {
 public:
  waiter* next = nullptr;      // guarded by the queue lock of `object`
  waiter* previous = nullptr;  // guarded by the queue lock of `object`
  // The chain of the signaller that has to tell. Not `next`: a registered wait that has fired may be armed again, and
  // so stand in a queue, before the first signaller has told.
  waiter* next_claimed = nullptr;
  wait_block* block = nullptr;
  all_wait* all = nullptr;  // the same block, when it waits for all of several and so is not claimed for one of them
  waitable* object = nullptr;
  std::uint64_t owner = 0;  // in whose name the object is taken: a thread's number; zero: of a registered wait
  std::uint32_t index = 0;  // which handle of its wait this is
  bool linked = false;      // guarded by the queue lock of `object`
};

/// What a wait looks like to those who end it: a signaller that found one of its waiters at the head of a queue.
///
/// A signaller first claims, under the lock of the object's queue, and with success consumes the signal in the name of
/// the wait; after the lock is released it tells. Both are short, allocate nothing and run no code of the user.
class wait_block {
 public:
  enum class claimed : std::uint8_t {
    lost,  // somebody else ended this wait: the signal goes on to the next waiter
    tell,  // won, and tell() has to be called; until then no other claim of this place answers `tell`
    done,  // won, and nothing is left to do: the block must not be touched any more
  };

  /// `how`: signalled or abandoned.
  virtual claimed claim(waiter& place, wait_status how) noexcept = 0;

  /// Last touch of the block and its waiters by the signaller.
  virtual void tell(waiter& place) noexcept = 0;

 protected:
  ~wait_block() = default;
};

/// The waiters that one signaller has claimed and has to tell when it holds no lock any more.
class claimed_waiters {
 public:
  claimed_waiters() noexcept = default;
  claimed_waiters(const claimed_waiters&) = delete;
  claimed_waiters& operator=(const claimed_waiters&) = delete;

  void append(waiter& place) noexcept {
    place.next_claimed = nullptr;
    *end_ = &place;
    end_ = &place.next_claimed;
  }

  /// Tells all, in the order in which they were queued, and then runs what that has made due on this thread. No lock may
  /// be held.
  void tell() noexcept {
    if (first_ == nullptr) return;
    tell_all();
    thread_record::current().inline_calls.run();
  }

  /// The same for a thread that is about to wait: what is due on it is handed over, whoever made it so.
  void tell_and_hand_over() noexcept {
    tell_all();
    thread_record::current().inline_calls.hand_over();
  }

 private:
  void tell_all() noexcept {
    for (waiter* place = first_; place != nullptr;) {
      waiter* const following = place->next_claimed;  // read first: telling is the last touch
      place->block->tell(*place);
      place = following;
    }
  }

  waiter* first_ = nullptr;
  waiter** end_ = &first_;
};

}  // namespace quiesce::inline v0
