#include "refused_calls.hpp"

#include <sys/syscall.h>

namespace explore {
namespace {

struct named_call {
  long number;
  const char* name;
};

// Those that block, those that make descriptors, threads and processes of which nobody here would know, and those that
// have a function to be called by, which is modelled.
constexpr named_call refused[] = {
    {SYS_read, "syscall(SYS_read)"},
    {SYS_readv, "syscall(SYS_readv)"},
    {SYS_nanosleep, "syscall(SYS_nanosleep)"},
    {SYS_clock_nanosleep, "syscall(SYS_clock_nanosleep)"},
    {SYS_clock_gettime, "syscall(SYS_clock_gettime)"},
    {SYS_gettimeofday, "syscall(SYS_gettimeofday)"},
    {SYS_ppoll, "syscall(SYS_ppoll)"},
    {SYS_pselect6, "syscall(SYS_pselect6)"},
    {SYS_epoll_create1, "syscall(SYS_epoll_create1)"},
    {SYS_epoll_ctl, "syscall(SYS_epoll_ctl)"},
    {SYS_epoll_pwait, "syscall(SYS_epoll_pwait)"},
    {SYS_epoll_pwait2, "syscall(SYS_epoll_pwait2)"},
    {SYS_eventfd2, "syscall(SYS_eventfd2)"},
    {SYS_timerfd_create, "syscall(SYS_timerfd_create)"},
    {SYS_signalfd4, "syscall(SYS_signalfd4)"},
    {SYS_pipe2, "syscall(SYS_pipe2)"},
    {SYS_socket, "syscall(SYS_socket)"},
    {SYS_accept, "syscall(SYS_accept)"},
    {SYS_accept4, "syscall(SYS_accept4)"},
    {SYS_connect, "syscall(SYS_connect)"},
    {SYS_recvfrom, "syscall(SYS_recvfrom)"},
    {SYS_recvmsg, "syscall(SYS_recvmsg)"},
    {SYS_rt_sigaction, "syscall(SYS_rt_sigaction)"},
    {SYS_rt_sigprocmask, "syscall(SYS_rt_sigprocmask)"},
    {SYS_sigaltstack, "syscall(SYS_sigaltstack)"},
    {SYS_rt_sigtimedwait, "syscall(SYS_rt_sigtimedwait)"},
    {SYS_rt_sigsuspend, "syscall(SYS_rt_sigsuspend)"},
    {SYS_setitimer, "syscall(SYS_setitimer)"},
    {SYS_timer_create, "syscall(SYS_timer_create)"},
    {SYS_kill, "syscall(SYS_kill)"},
    {SYS_tkill, "syscall(SYS_tkill)"},
    {SYS_tgkill, "syscall(SYS_tgkill)"},
    {SYS_clone, "syscall(SYS_clone)"},
    {SYS_clone3, "syscall(SYS_clone3)"},
    {SYS_execve, "syscall(SYS_execve)"},
    {SYS_exit, "syscall(SYS_exit)"},
    {SYS_exit_group, "syscall(SYS_exit_group)"},
    {SYS_wait4, "syscall(SYS_wait4)"},
    {SYS_waitid, "syscall(SYS_waitid)"},
    {SYS_flock, "syscall(SYS_flock)"},
    {SYS_mq_timedreceive, "syscall(SYS_mq_timedreceive)"},
    {SYS_mq_timedsend, "syscall(SYS_mq_timedsend)"},
    {SYS_msgrcv, "syscall(SYS_msgrcv)"},
    {SYS_msgsnd, "syscall(SYS_msgsnd)"},
    {SYS_semop, "syscall(SYS_semop)"},
    {SYS_semtimedop, "syscall(SYS_semtimedop)"},
    {SYS_io_uring_enter, "syscall(SYS_io_uring_enter)"},
    {SYS_futex_waitv, "syscall(SYS_futex_waitv)"},
#if defined(__x86_64__)  // which keeps calls that newer processors never had
    {SYS_poll, "syscall(SYS_poll)"},
    {SYS_select, "syscall(SYS_select)"},
    {SYS_epoll_create, "syscall(SYS_epoll_create)"},
    {SYS_epoll_wait, "syscall(SYS_epoll_wait)"},
    {SYS_eventfd, "syscall(SYS_eventfd)"},
    {SYS_signalfd, "syscall(SYS_signalfd)"},
    {SYS_pipe, "syscall(SYS_pipe)"},
    {SYS_pause, "syscall(SYS_pause)"},
    {SYS_alarm, "syscall(SYS_alarm)"},
    {SYS_fork, "syscall(SYS_fork)"},
    {SYS_vfork, "syscall(SYS_vfork)"},
    {SYS_time, "syscall(SYS_time)"},
#endif
};

}  // namespace

const char* refused_system_call(long call) noexcept {
  for (const named_call& each : refused) {
    if (each.number == call) return each.name;
  }
  return nullptr;
}

}  // namespace explore
