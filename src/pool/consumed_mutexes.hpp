#pragma once

#include <cstdint>

#include "handle/mutex_object.hpp"

namespace quiesce::inline v0 {

/// The mutexes that one registered wait has consumed and holds for callbacks that have not begun. The list goes through the
/// mutexes, each of which only one wait holds at a time; so nothing is allocated when a signal meets a wait. Each is owned
/// by one reference. Everything here is guarded by the registration's lock, and kept in step with the signals of the run
/// word, which says `counted` while a mutex is held.
///
/// Signals begin in their order, and between those by mutexes may stand some by other objects. So each signal has a turn:
/// the number of signals that began before it, counted from some moment at which no mutex was held.
///
///   I1  turns grow along the list, and none is below next_turn_
///   I2  the turn of a mutex, less next_turn_, is how many pending signals begin before the one that took it
///   I3  while no mutex is held next_turn_ may stand still though signals begin: nobody's turn depends on it
class consumed_mutexes {
 public:
  bool empty() const noexcept { return first_ == nullptr; }

  /// A signal took `mutex`, which comes with a reference, after `before` signals that are pending.
  void append(mutex_object& mutex, std::uint64_t before, bool was_abandoned) noexcept;

  /// The callback of the oldest signal begins. Returns what that signal took, with its reference; null: nothing that is
  /// owned.
  mutex_object* begins() noexcept;

  /// No callback of what is pending will begin. Returns all, linked by their `held.next`, with their references.
  mutex_object* drop() noexcept;

 private:
  mutex_object* first_ = nullptr;
  mutex_object** end_ = &first_;
  std::uint64_t next_turn_ = 0;
};

}  // namespace quiesce::inline v0
