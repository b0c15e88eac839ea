#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "os/unique_fd.hpp"

namespace quiesce::inline v0::os {

/// A set of descriptors whose readiness the kernel reports, each with a key of the caller's choice.
class epoll {
 public:
  /// Errors: std::system_error.
  epoll();

  /// Errors: std::system_error with the number of the descriptor; a descriptor that has no readiness (a regular file
  /// or a directory), a closed one and the limit of watched descriptors each say so in words.
  void add(int fd, std::uint32_t events, std::uint64_t key);

  /// Returns: zero, or the error number.
  int modify(int fd, std::uint32_t events, std::uint64_t key) noexcept;
  int remove(int fd) noexcept;

  /// Blocks:  until something is ready, at most `milliseconds` (-1: without limit).
  /// Returns: how many of `found` were filled. Zero also when a signal or a debugger ended the call.
  std::size_t wait(std::span<epoll_event> found, int milliseconds) noexcept;

 private:
  unique_fd fd_;
};

}  // namespace quiesce::inline v0::os
