#pragma once

#include <cstdint>

namespace quiesce::inline v0::reactor {

/// Names one registration of a descriptor. Never used twice, so that an event that comes late finds nothing.
enum class source_id : std::uint64_t { none = 0 };

/// An object that is told when its descriptor is ready. It counts its references itself.
///
/// Its remove() stands no later than in the body of the destructor of the class that overrides these functions: further
/// down, a try_reference() that is under way would meet the wrong class.
class source {
 public:
  /// Takes a reference if there is one left that keeps the object alive. False: its end has begun.
  /// Called under a lock of the reactor, at any time between add() and the return of remove(): looks at nothing but
  /// the count.
  virtual bool try_reference() noexcept = 0;

  /// Gives back a reference. With the last the object may end, and call remove(), right here.
  virtual void release() noexcept = 0;

  /// The descriptor is ready, as `events` (EPOLL…) say. Called on the reactor's thread with no lock held and with a
  /// reference taken. Whatever it does holds up all other descriptors and deadlines of the process: it must not block. Without
  /// EPOLLONESHOT it is called again and again until the readiness is gone; errors and hang-ups are reported unasked.
  virtual void ready(std::uint32_t events) noexcept = 0;

 protected:
  ~source() = default;
};

}  // namespace quiesce::inline v0::reactor
