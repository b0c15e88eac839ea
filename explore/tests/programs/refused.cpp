// Makes one call that no execution can go through: the one that the argument names.
#include <aio.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

int real_set = -1;
int real_pipe[2];

// Before main(), so that these are of the system.
[[gnu::constructor]] void make_real_ones() {
  real_set = epoll_create1(0);
  if (pipe(real_pipe) != 0) std::abort();
}

struct named_call {
  const char* name;
  void (*make)();
};

char byte;
sigset_t signals;
std::atomic<std::array<char, 3>> three;
std::atomic<std::array<int, 3>> twelve;
const timespec second{.tv_sec = 1, .tv_nsec = 0};

constexpr named_call calls[] = {
    {"__atomic_load", [] { static_cast<void>(three.load()); }},
    {"__atomic_store", [] { three.store({}); }},
    {"__atomic_exchange", [] { static_cast<void>(twelve.exchange({})); }},
    {"__atomic_compare_exchange",
     [] {
       std::array<int, 3> zero{};
       static_cast<void>(twelve.compare_exchange_strong(zero, {1, 2, 3}));
     }},
    {"socket", [] { socket(AF_INET, SOCK_STREAM, 0); }},
    {"socketpair", [] { socketpair(AF_UNIX, SOCK_STREAM, 0, real_pipe); }},
    {"connect", [] { connect(0, nullptr, 0); }},
    {"accept", [] { accept(0, nullptr, nullptr); }},
    {"recv", [] { recv(0, &byte, 1, 0); }},
    {"read", [] { static_cast<void>(!read(real_pipe[0], &byte, 1)); }},
    {"readv",
     [] {
       iovec part{&byte, 1};
       static_cast<void>(!readv(real_pipe[0], &part, 1));
     }},
    {"poll",
     [] {
       pollfd look{.fd = real_pipe[0], .events = POLLIN, .revents = 0};
       poll(&look, 1, -1);
     }},
    {"select",
     [] {
       fd_set in;
       FD_ZERO(&in);
       FD_SET(0, &in);
       select(1, &in, nullptr, nullptr, nullptr);
     }},
    {"epoll_wait",
     [] {
       epoll_event found;
       epoll_wait(real_set, &found, 1, -1);
     }},
    {"epoll_ctl",
     [] {
       epoll_event event{};
       epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, real_pipe[0], &event);
     }},
    {"epoll_ctl of an earlier set",
     [] {
       epoll_event event{};
       epoll_ctl(real_set, EPOLL_CTL_ADD, eventfd(0, 0), &event);
     }},
    {"sigwait",
     [] {
       int signal;
       sigwait(&signals, &signal);
     }},
    {"sigtimedwait", [] { sigtimedwait(&signals, nullptr, &second); }},
    {"sigsuspend", [] { sigsuspend(&signals); }},
    {"pause", [] { pause(); }},
    {"alarm", [] { alarm(1); }},
    {"setitimer",
     [] {
       itimerval in_a_second{};
       setitimer(ITIMER_REAL, &in_a_second, nullptr);
     }},
    {"timer_create",
     [] {
       timer_t timer;
       timer_create(CLOCK_MONOTONIC, nullptr, &timer);
     }},
    {"signalfd", [] { signalfd(-1, &signals, 0); }},
    {"kill", [] { kill(getpid(), SIGTERM); }},
    {"raise", [] { raise(SIGTERM); }},
    {"fork",
     [] {
       if (fork() == 0) _exit(0);
     }},
    {"vfork",
     [] {
       if (vfork() == 0) _exit(0);
     }},
    {"system", [] { static_cast<void>(!system("true")); }},
    {"popen", [] { popen("true", "r"); }},
    {"posix_spawn",
     [] {
       pid_t made;
       char name[] = "true";
       char* const arguments[] = {name, nullptr};
       posix_spawn(&made, "/bin/true", nullptr, nullptr, arguments, nullptr);
     }},
    {"waitpid", [] { waitpid(-1, nullptr, 0); }},
    {"pthread_timedjoin_np",
     [] {
       std::thread other([] {});
       pthread_timedjoin_np(other.native_handle(), nullptr, &second);
     }},
    {"pthread_tryjoin_np",
     [] {
       std::thread other([] {});
       pthread_tryjoin_np(other.native_handle(), nullptr);
     }},
    {"pthread_spin_lock",
     [] {
       pthread_spinlock_t lock;
       pthread_spin_init(&lock, 0);
       pthread_spin_lock(&lock);
     }},
    {"thrd_create",
     [] {
       thrd_t made;
       thrd_create(
           &made, [](void*) { return 0; }, nullptr);
     }},
    {"mtx_lock",
     [] {
       mtx_t mutex;
       mtx_init(&mutex, mtx_plain);
       mtx_lock(&mutex);
     }},
    {"flock", [] { flock(0, LOCK_EX); }},
    {"lockf", [] { static_cast<void>(!lockf(0, F_LOCK, 0)); }},
    {"fcntl",
     [] {
       struct flock whole {};
       fcntl(0, F_SETLKW, &whole);
     }},
    {"semop", [] { semop(0, nullptr, 0); }},
    {"aio_read",
     [] {
       aiocb request{};
       aio_read(&request);
     }},
    {"syscall(SYS_nanosleep)", [] { syscall(SYS_nanosleep, &second, nullptr); }},
    {"syscall(SYS_ppoll)", [] { syscall(SYS_ppoll, nullptr, 0, nullptr, nullptr, 0); }},
    {"syscall(SYS_read)", [] { syscall(SYS_read, real_pipe[0], &byte, 1); }},
    {"dup2", [] { dup2(eventfd(0, 0), 0); }},
};

}  // namespace

int main(int count, char** arguments) {
  if (count == 1) {
    for (const named_call& each : calls) std::puts(each.name);
    return 0;
  }
  for (const named_call& each : calls) {
    if (std::strcmp(each.name, arguments[1]) != 0) continue;
    each.make();
    return 0;
  }
  return 3;
}
