#pragma once

#include "os/unique_fd.hpp"
#include "quiesce/waitable.hpp"
#include "reactor/reactor.hpp"

namespace quiesce::inline v0 {

/// The object behind a descriptor. Its state is the kernel's: whoever looks asks poll(). While waiters are queued the
/// reactor watches for the next readiness, once; with no waiter it is not watched and costs no wake-up.
///
///   I1  while waiters are queued and the queue lock is free, a report of the kernel is on its way or asked for; or it
///       was ready when it was looked at last, and only waits for all of several are left, which look when another of
///       their objects changes
class descriptor_object final : public waitable, private reactor::source {
 public:
  /// `epoll_events`: what is waited for. Errors: std::system_error.
  static descriptor_object& create(int fd, std::uint32_t epoll_events);

  take_outcome try_take() noexcept override { return is_ready() ? take_outcome::taken : take_outcome::nothing; }
  bool is_kept_by_kernel() const noexcept override { return true; }

 private:
  descriptor_object(int fd, std::uint32_t epoll_events);
  ~descriptor_object() override = default;

  bool is_available(std::uint64_t, std::uint64_t) const noexcept override { return is_ready(); }
  std::uint64_t after_take(std::uint64_t word, std::uint64_t) const noexcept override { return word; }
  void waiting_begins() noexcept override;
  void last_reference_dropped() noexcept override;

  bool try_reference() noexcept override { return try_add_reference(); }
  void release() noexcept override { waitable::release(); }
  void ready(std::uint32_t events) noexcept override;

  bool is_ready() const noexcept;

  const std::uint32_t wanted_;
  os::unique_fd fd_;
  reactor::source_id watched_ = reactor::source_id::none;
  reactor::reactor::reference reactor_;
};

}  // namespace quiesce::inline v0
