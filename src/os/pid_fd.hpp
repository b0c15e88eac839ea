#pragma once

#include <sys/types.h>

#include <cstdint>

#include "os/unique_fd.hpp"

namespace quiesce::inline v0::os {

/// How a process ended, as far as its parent may know.
enum class reap_outcome : std::uint8_t {
  running,  // has not ended, or not as a whole: some thread of it still runs
  exited,   // by itself, with `code`
  killed,   // by `signal`
  refused,  // `error`; ECHILD: not our child, or somebody else has reaped it
};
struct reaped {
  reap_outcome outcome = reap_outcome::running;
  int code = 0;
  int signal = 0;
  int error = 0;
};

/// A descriptor that stands for one process and becomes readable when it has ended. Unlike the pid, it can never come
/// to mean another process.
class pid_fd {
 public:
  /// For a child of this process that nobody has reaped yet, `pid` is surely the one that is meant; for any other the
  /// caller has to know. A parent that ignores SIGCHLD has its children reaped by the kernel, and their pids reused.
  /// Errors: std::system_error with the pid in its text.
  explicit pid_fd(pid_t pid);

  int get() const noexcept { return fd_.get(); }
  pid_t pid() const noexcept { return pid_; }

  /// Sends a signal to the process; zero only asks whether that would be allowed.
  /// Errors: std::system_error with the pid and the signal; ESRCH when it has ended and was reaped.
  void send(int signal) const;

  /// The same for the process group that the process leads or led, which may outlive it; ESRCH when it is empty. Kernels
  /// before 6.9 find it by its number, which may mean another group when this one is empty.
  void send_to_group(int signal) const;

  /// Takes the exit status from the kernel if the process has ended, which frees the pid. Once: the next call is
  /// refused with ECHILD. Never blocks.
  reaped reap() noexcept;

 private:
  unique_fd fd_;
  pid_t pid_;
};

}  // namespace quiesce::inline v0::os
