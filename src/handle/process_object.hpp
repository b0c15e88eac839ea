#pragma once

#include <sys/types.h>

#include "os/pid_fd.hpp"
#include "quiesce/event_object.hpp"
#include "quiesce/process.hpp"
#include "reactor/reactor.hpp"

namespace quiesce::inline v0 {

/// The object behind a process: a manual-reset event that the reactor sets when the process has ended.
///
///   I1  from creation until the end of the process the object owns a reference of itself, so that the process is reaped
///       though nobody waits for it
///   I2  ended_ is written once, before the event is set, and read only when it is seen set
class process_object final : public event_object, private reactor::source {
 public:
  /// Watches from now on. Errors: std::system_error.
  static process_object& create(pid_t pid);

  pid_t pid() const noexcept { return process_.pid(); }
  void send(int signal);
  void send_group(int signal);
  bool has_ended() const noexcept { return is_signalled(); }
  const os::reaped& ended() const noexcept { return ended_; }

 private:
  explicit process_object(pid_t pid);
  ~process_object() override = default;

  bool try_reference() noexcept override { return try_add_reference(); }
  void release() noexcept override { event_object::release(); }
  void ready(std::uint32_t events) noexcept override;

  os::pid_fd process_;
  os::reaped ended_;
  reactor::source_id watched_ = reactor::source_id::none;
  reactor::reactor::reference reactor_;
};

}  // namespace quiesce::inline v0
