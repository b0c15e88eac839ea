#include "os/pid_fd.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace quiesce::inline v0::os {

// By number: the declarations of the C library's first release that has them lack the C linkage.
pid_fd::pid_fd(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0u))), pid_(pid) {
  if (fd_) return;
  const int error = errno;
  refuse(error, "cannot watch the process with pid " + std::to_string(pid));
}

void pid_fd::send(int signal) const {
  if (::syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, 0u) == 0) return;
  const int error = errno;
  refuse(error, "cannot send signal " + std::to_string(signal) + " to the process with pid " + std::to_string(pid_));
}

void pid_fd::send_to_group(int signal) const {
  constexpr unsigned to_group = 4;  // PIDFD_SIGNAL_PROCESS_GROUP: younger than the C library's headers
  if (::syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, to_group) == 0) return;
  // Of an older kernel, or there is no such signal: then the other call says so too. Not with -1, which means everybody.
  if (errno == EINVAL && pid_ > 1 && ::kill(-pid_, signal) == 0) return;
  const int error = errno;
  refuse(error, "cannot send signal " + std::to_string(signal) + " to process group " + std::to_string(pid_));
}

reaped pid_fd::reap() noexcept {
  siginfo_t how{};
  int answer;
  do {
    answer = ::waitid(P_PIDFD, static_cast<id_t>(fd_.get()), &how, WEXITED | WNOHANG);
  } while (answer != 0 && errno == EINTR);
  if (answer != 0) return {.outcome = reap_outcome::refused, .error = errno};
  // No child in the answer: it still runs.
  if (how.si_pid == 0) return {};
  if (how.si_code == CLD_EXITED) return {.outcome = reap_outcome::exited, .code = how.si_status};
  return {.outcome = reap_outcome::killed, .signal = how.si_status};
}

}  // namespace quiesce::inline v0::os
