#pragma once

#include <cstdint>
#include <source_location>
#include <vector>

#include "quiesce/callback_source.hpp"
#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

class group_core;

/// What became of adding a source of callbacks to a group.
enum class join_status : std::uint8_t {
  joined,   ///< it is stopped when the group is
  refused,  ///< the group is stopping or has stopped: a stop of the source has been requested
};

/// Stops registered waits, works and timers together: one stop() for all that a part of a program has set up, in whatever
/// pools. The members stay what they are, and may be stopped and destroyed on their own at any time before; then they
/// leave the group.
///
/// Lifetime: destruction stops. Members may be destroyed before or after the group, also inside their own callbacks.
/// Allocates: one object, when it is made. Adding and stopping allocate nothing and cannot fail.
/// Source:   CreateThreadpoolCleanupGroup and CloseThreadpoolCleanupGroupMembers of Windows.
class stop_group {
 public:
  /// Errors: std::bad_alloc.
  stop_group();
  stop_group(const stop_group&) = delete;
  stop_group& operator=(const stop_group&) = delete;
  ~stop_group();

  /// Makes `member` stop when this group does. A source that has stopped already is nothing to the group.
  /// Blocks:  never.
  /// Errors:  a null source, or one that is a member of another group: bugs of the caller that end the process.
  /// From a callback: allowed, of the member too.
  join_status add(const callback_source& member, std::source_location where = std::source_location::current()) noexcept;

  /// Refuses new members, stops all that are there, and waits until no callback of any of them is due or running. All are
  /// closed before the first is waited for.
  /// Blocks:  as callback_source::stop(), for each of them. From inside callbacks of members: these are not waited for,
  ///          the others are, and the answer is deferred; where callbacks stop each other in a circle, also through
  ///          groups, no more is waited for.
  /// Returns: the sum of what was dropped.
  /// Orders:  all that callbacks did, their destruction included, happens before the return.
  /// Errors:  to own a mutex that a callback waits for: see callback_source::stop().
  stop_result stop(std::source_location where = std::source_location::current()) noexcept;

  /// stop(), but gives up waiting after `limit`.
  stop_result stop_for(time_limit limit, std::source_location where = std::source_location::current()) noexcept;

  /// stop() without the waiting: stopped() tells when it is done. What callbacks captured that neither run nor are due is
  /// destroyed by this call: own no lock that its destructors take.
  void request_stop() noexcept;

  /// Signalled, for good, when a stop was asked for and no callback of a member runs and none will. Lives as long as this
  /// group.
  handle_ref stopped() const noexcept;

  /// Who holds a stop up, of all members. A moment later it may be others.
  /// Allocates: the list; throws std::bad_alloc.
  std::vector<callback_info> in_flight() const;

 private:
  group_core* core_;
};

}  // namespace quiesce::inline v0
