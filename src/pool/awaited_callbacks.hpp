#pragma once

#include <cstdint>

#include "handle/local_event.hpp"

namespace quiesce::inline v0 {

/// Who waits for callbacks of one registration, and for how many: what was pending and running when the wait began.
/// Everything here is guarded by the registration's lock, and there it is kept in step with the run word while that says
/// `counted`. Nothing allocates: each wait stands on the stack of its thread.
///
///   I1  the waits stand in the order of their numbers, which is that of their coming; of each kind of fire an earlier one
///       has no more left than a later one, since fires of a kind begin in their order and all are counted in each
///   I2  so a callback that begins belongs to the waits from some number on; that number less one is its `begun_after`.
///       It is 0 for one that begins while nobody waits: to all that come while it runs it was running
class awaited_callbacks {
 public:
  struct wait {
    std::uint64_t number = 0;
    std::uint64_t signals = 0;   // still to begin
    std::uint64_t expiries = 0;  // still to begin
    std::uint64_t running = 0;   // still to end, or to give back
    wait* next = nullptr;
    local_event over;  // set as the last touch of the wait
  };

  bool empty() const noexcept { return first_ == nullptr; }

  /// `word`: the run word by which the wait began.
  void add(wait& added, std::uint64_t word) noexcept;

  /// A callback begins, for a signal or a time-out. Returns its `begun_after`.
  std::uint64_t begins(bool by_signal) noexcept;
  void ends(std::uint64_t begun_after) noexcept;

  /// All that was pending has been dropped. `gives_back`: who dropped it has mutexes to give back. Those who wait for some
  /// of it, and those who come before gave_back(), wait for that too. Returns what gave_back() has to be given.
  std::uint64_t drop(bool gives_back) noexcept;
  void gave_back(std::uint64_t dropped_after) noexcept;
  bool is_giving_back() const noexcept { return giving_back_ != 0; }

 private:
  void tell_finished() noexcept;

  wait* first_ = nullptr;
  wait** end_ = &first_;
  std::uint64_t last_number_ = 0;
  std::uint64_t giving_back_ = 0;  // how many do
};

}  // namespace quiesce::inline v0
