#pragma once

#include <cstdint>
#include <limits>
#include <source_location>

#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// A count of waits that can be ended: each wait that takes it counts one less, each release counts more.
///
/// From a callback: everything here may be used. Not for asynchronous signal handlers.
/// Lifetime: the semaphore may be closed as soon as a wait that it ended has returned, even if release() has not.
/// Source:   CreateSemaphore of Windows.
class semaphore : public handle {
 public:
  /// Begins with `count`, and never counts beyond `maximum`.
  /// Errors: a maximum of zero, or a count above the maximum: a bug of the caller, std::logic_error. std::bad_alloc.
  explicit semaphore(std::uint32_t count, std::uint32_t maximum = std::numeric_limits<std::int32_t>::max(),
                     std::source_location where = std::source_location::current());

  /// Another handle to the same semaphore.
  [[nodiscard]] semaphore duplicate() const noexcept { return semaphore(owned{shared()}); }

  /// Counts `n` more: ends that many of the waits that have queued, first come, first served, and stores what is left.
  /// A release by zero changes nothing. Callbacks on the signalling thread run in this call (run_on).
  /// Blocks:    never longer than another thread's few instructions under the semaphore's lock.
  ///            If the semaphore stands in a wait for all of several: never longer than others that do are looked at.
  /// Returns:   the count before.
  /// Orders:    all before release() happens before what follows the waits that it ends.
  /// Allocates: nothing.
  /// Errors:    std::system_error(std::errc::value_too_large) if the count would exceed the maximum; nothing has changed.
  ///            Waits that are queued take theirs after this is decided, so a release by more than the maximum always
  ///            fails. A null semaphore is a bug of the caller, std::logic_error.
  std::uint32_t release(std::uint32_t n = 1, std::source_location where = std::source_location::current());

 private:
  struct owned {  // not a bare pointer, or a count of 0 could be meant as one
    waitable* object;
  };
  explicit semaphore(owned by_this) noexcept : handle(by_this.object) {}
};

}  // namespace quiesce::inline v0
