#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "pool/blocked_stop.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/event_object.hpp"

namespace quiesce::inline v0 {

class registration;

/// A group of registrations behind its handle. As an event it is signalled when the group has stopped.
///
///   I1  each list owns a reference of its members, and each member one of the group, from the joining until the member
///       has stopped
///   I2  a member leaves its list before it is seen as stopped, and open_ counts it until after that
///   I3  members_ only shrinks once closing_ is set; who has been asked to stop stands in closing_members_
///   I4  the group is signalled when closing_ is set and open_ has come to zero
///   The lock of a member may be taken under that of the group, not the other way round.
class group_core final : public event_object {
 public:
  group_core() noexcept : event_object(event_word::reset::manual, false) {}

  enum class joining : std::uint8_t { joined, refused, elsewhere };
  joining join(registration& member) noexcept;

  /// By a member that stops, once: before it is seen as stopped, and after that. The second is the last touch of the group
  /// by the member.
  void leave_list(registration& member) noexcept;
  void member_closed() noexcept;

  void request_stop() noexcept;
  stop_result stop_until(deadline until, blocked_stop::kind kind, const std::source_location& where = {}) noexcept;
  void append_in_flight(std::vector<callback_info>& to);

 private:
  ~group_core() override = default;

  registration* next_to_wait_for() noexcept;
  registration* find(const void* callback) noexcept;
  bool stop_own(std::size_t& dropped) noexcept;

  std::mutex lock_;  // guards all below
  registration* members_ = nullptr;
  registration* closing_members_ = nullptr;
  std::size_t open_ = 0;
  bool closing_ = false;
};

}  // namespace quiesce::inline v0
