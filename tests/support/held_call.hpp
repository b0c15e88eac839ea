#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace support {

/// Holds a thread inside a system call that starts another thread until somebody has that refused: what happens in
/// between happens while nobody knows yet whether there will be a thread. For the child of in_child(): the filter cannot
/// be taken back, and needs no privilege.
class held_thread_start {
 public:
  held_thread_start() = default;
  held_thread_start(const held_thread_start&) = delete;
  held_thread_start& operator=(const held_thread_start&) = delete;
  ~held_thread_start() {
    if (listener_ >= 0) ::close(listener_);
  }

  /// From now on the calling thread will be held when it starts one. False: the filter was not taken.
  bool begin() {
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(SYS_clone3), 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(SYS_clone), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{sizeof steps / sizeof steps[0], steps};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    listener_ =
        static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
    return listener_ >= 0;
  }

  /// On another thread, after begin(): waits until that one is held. False: it was not within 30 s.
  bool is_held() {
    pollfd readable{listener_, POLLIN, 0};
    return ::poll(&readable, 1, 30'000) == 1 && ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &held_) == 0;
  }

  /// Lets it go on; no thread was started, for this reason. False: it was not held.
  bool refuse(int error) {
    seccomp_notif_resp answer{held_.id, 0, -error, 0};
    return ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
  }

 private:
  int listener_ = -1;
  seccomp_notif held_{};
};

}  // namespace support
