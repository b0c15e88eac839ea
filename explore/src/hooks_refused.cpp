/// Functions that no execution can go through: each ends it with a sentence instead. Outside of an execution they are
/// the system's.
#include <aio.h>
#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>

#include "hooks.hpp"

// The only difference between these functions is their type, and C has no other way to define one for each. Weak: a
// program may well have a function of its own that is named accept or kill.
#define EXPLORE_REFUSES(result, function, parameters, ...)                                    \
  [[gnu::weak]] result function parameters {                                                  \
    if (explore::is_explored()) explore::refuse(#function "()", EXPLORE_CALLED_AT);           \
    EXPLORE_OWN static constinit explore::next_definition<result parameters> real{#function}; \
    return real.get()(__VA_ARGS__);                                                           \
  }
#define EXPLORE_REFUSES_NOEXCEPT(result, function, parameters, ...)                           \
  [[gnu::weak]] result function parameters noexcept {                                         \
    if (explore::is_explored()) explore::refuse(#function "()", EXPLORE_CALLED_AT);           \
    EXPLORE_OWN static constinit explore::next_definition<result parameters> real{#function}; \
    return real.get()(__VA_ARGS__);                                                           \
  }

extern "C" {

// The network
EXPLORE_REFUSES_NOEXCEPT(int, socket, (int domain, int type, int protocol), domain, type, protocol)
EXPLORE_REFUSES_NOEXCEPT(int, socketpair, (int domain, int type, int protocol, int* ends), domain, type, protocol, ends)
EXPLORE_REFUSES(int, accept, (int fd, sockaddr* address, socklen_t* size), fd, address, size)
EXPLORE_REFUSES(int, accept4, (int fd, sockaddr* address, socklen_t* size, int flags), fd, address, size, flags)
EXPLORE_REFUSES(int, connect, (int fd, const sockaddr* address, socklen_t size), fd, address, size)
EXPLORE_REFUSES(ssize_t, recv, (int fd, void* to, size_t size, int flags), fd, to, size, flags)
EXPLORE_REFUSES(ssize_t, recvfrom, (int fd, void* to, size_t size, int flags, sockaddr* from, socklen_t* from_size), fd,
                to, size, flags, from, from_size)
EXPLORE_REFUSES(ssize_t, recvmsg, (int fd, msghdr* to, int flags), fd, to, flags)
EXPLORE_REFUSES(int, recvmmsg, (int fd, mmsghdr* to, unsigned count, int flags, timespec* limit), fd, to, count, flags,
                limit)
EXPLORE_REFUSES(int, getaddrinfo, (const char* node, const char* service, const addrinfo* hints, addrinfo** found),
                node, service, hints, found)

// Signals
EXPLORE_REFUSES(int, sigsuspend, (const sigset_t* mask), mask)
EXPLORE_REFUSES(int, pause, (), )
EXPLORE_REFUSES_NOEXCEPT(sighandler_t, sigset, (int signal, sighandler_t handler), signal, handler)
EXPLORE_REFUSES_NOEXCEPT(int, sighold, (int signal), signal)
EXPLORE_REFUSES_NOEXCEPT(int, sigrelse, (int signal), signal)
EXPLORE_REFUSES_NOEXCEPT(int, sigignore, (int signal), signal)
EXPLORE_REFUSES_NOEXCEPT(int, sigblock, (int mask), mask)
EXPLORE_REFUSES_NOEXCEPT(int, sigsetmask, (int mask), mask)
EXPLORE_REFUSES_NOEXCEPT(int, siginterrupt, (int signal, int interrupts), signal, interrupts)
EXPLORE_REFUSES_NOEXCEPT(sighandler_t, ssignal, (int signal, sighandler_t handler), signal, handler)
EXPLORE_REFUSES_NOEXCEPT(sighandler_t, bsd_signal, (int signal, sighandler_t handler), signal, handler)
EXPLORE_REFUSES_NOEXCEPT(sighandler_t, sysv_signal, (int signal, sighandler_t handler), signal, handler)
EXPLORE_REFUSES_NOEXCEPT(sighandler_t, __sysv_signal, (int signal, sighandler_t handler), signal, handler)
EXPLORE_REFUSES_NOEXCEPT(unsigned, alarm, (unsigned seconds), seconds)
EXPLORE_REFUSES_NOEXCEPT(int, setitimer, (__itimer_which_t which, const itimerval* to, itimerval* before), which, to,
                         before)
EXPLORE_REFUSES_NOEXCEPT(int, timer_create, (clockid_t clock, sigevent* how, timer_t* made), clock, how, made)
EXPLORE_REFUSES_NOEXCEPT(int, signalfd, (int fd, const sigset_t* set, int flags), fd, set, flags)
EXPLORE_REFUSES_NOEXCEPT(int, kill, (pid_t process, int signal), process, signal)
EXPLORE_REFUSES_NOEXCEPT(int, killpg, (pid_t group, int signal), group, signal)
EXPLORE_REFUSES_NOEXCEPT(int, tgkill, (pid_t process, pid_t thread, int signal), process, thread, signal)
EXPLORE_REFUSES_NOEXCEPT(int, sigqueue, (pid_t process, int signal, const sigval value), process, signal, value)
EXPLORE_REFUSES_NOEXCEPT(int, pthread_sigqueue, (pthread_t thread, int signal, const sigval value), thread, signal,
                         value)

// Processes
EXPLORE_REFUSES(int, system, (const char* command), command)
EXPLORE_REFUSES(FILE*, popen, (const char* command, const char* mode), command, mode)
EXPLORE_REFUSES_NOEXCEPT(int, posix_spawn,
                         (pid_t * made, const char* path, const posix_spawn_file_actions_t* actions,
                          const posix_spawnattr_t* attributes, char* const* arguments, char* const* environment),
                         made, path, actions, attributes, arguments, environment)
EXPLORE_REFUSES_NOEXCEPT(int, posix_spawnp,
                         (pid_t * made, const char* path, const posix_spawn_file_actions_t* actions,
                          const posix_spawnattr_t* attributes, char* const* arguments, char* const* environment),
                         made, path, actions, attributes, arguments, environment)
EXPLORE_REFUSES_NOEXCEPT(int, execve, (const char* path, char* const* arguments, char* const* environment), path,
                         arguments, environment)
EXPLORE_REFUSES_NOEXCEPT(int, execv, (const char* path, char* const* arguments), path, arguments)
EXPLORE_REFUSES_NOEXCEPT(int, execvp, (const char* path, char* const* arguments), path, arguments)
EXPLORE_REFUSES(pid_t, wait, (int* status), status)
EXPLORE_REFUSES(pid_t, waitpid, (pid_t process, int* status, int options), process, status, options)
EXPLORE_REFUSES(int, waitid, (idtype_t kind, id_t id, siginfo_t* about, int options), kind, id, about, options)
EXPLORE_REFUSES_NOEXCEPT(pid_t, wait3, (int* status, int options, rusage* used), status, options, used)
EXPLORE_REFUSES_NOEXCEPT(pid_t, wait4, (pid_t process, int* status, int options, rusage* used), process, status,
                         options, used)
EXPLORE_REFUSES_NOEXCEPT(int, daemon, (int keeps_directory, int keeps_streams), keeps_directory, keeps_streams)

// Threads, by other ways than those that are modelled
EXPLORE_REFUSES(int, pthread_timedjoin_np, (pthread_t thread, void** result, const timespec* limit), thread, result,
                limit)
EXPLORE_REFUSES(int, pthread_clockjoin_np, (pthread_t thread, void** result, clockid_t clock, const timespec* limit),
                thread, result, clock, limit)
EXPLORE_REFUSES_NOEXCEPT(int, pthread_tryjoin_np, (pthread_t thread, void** result), thread, result)
EXPLORE_REFUSES_NOEXCEPT(int, pthread_spin_lock, (pthread_spinlock_t * lock), lock)
EXPLORE_REFUSES_NOEXCEPT(int, pthread_spin_trylock, (pthread_spinlock_t * lock), lock)
EXPLORE_REFUSES(int, thrd_create, (thrd_t * made, thrd_start_t routine, void* argument), made, routine, argument)
EXPLORE_REFUSES(int, thrd_join, (thrd_t thread, int* result), thread, result)
EXPLORE_REFUSES(int, thrd_sleep, (const timespec* duration, timespec* rest), duration, rest)
EXPLORE_REFUSES(int, mtx_lock, (mtx_t * mutex), mutex)
EXPLORE_REFUSES(int, mtx_trylock, (mtx_t * mutex), mutex)
EXPLORE_REFUSES(int, mtx_timedlock, (mtx_t * mutex, const timespec* limit), mutex, limit)
EXPLORE_REFUSES(int, cnd_wait, (cnd_t * condition, mtx_t* mutex), condition, mutex)
EXPLORE_REFUSES(int, cnd_timedwait, (cnd_t * condition, mtx_t* mutex, const timespec* limit), condition, mutex, limit)
EXPLORE_REFUSES_NOEXCEPT(int, aio_read, (aiocb * request), request)
EXPLORE_REFUSES_NOEXCEPT(int, aio_write, (aiocb * request), request)
EXPLORE_REFUSES(int, aio_suspend, (const aiocb* const* requests, int count, const timespec* limit), requests, count,
                limit)
EXPLORE_REFUSES_NOEXCEPT(int, lio_listio, (int mode, aiocb* const* requests, int count, sigevent* how), mode, requests,
                         count, how)

// What other processes take part in
EXPLORE_REFUSES_NOEXCEPT(int, flock, (int fd, int operation), fd, operation)
EXPLORE_REFUSES(int, lockf, (int fd, int command, off_t size), fd, command, size)
EXPLORE_REFUSES(int, lockf64, (int fd, int command, off64_t size), fd, command, size)
EXPLORE_REFUSES(ssize_t, mq_receive, (mqd_t queue, char* to, size_t size, unsigned* priority), queue, to, size,
                priority)
EXPLORE_REFUSES(ssize_t, mq_timedreceive,
                (mqd_t queue, char* to, size_t size, unsigned* priority, const timespec* limit), queue, to, size,
                priority, limit)
EXPLORE_REFUSES(int, mq_send, (mqd_t queue, const char* from, size_t size, unsigned priority), queue, from, size,
                priority)
EXPLORE_REFUSES(int, mq_timedsend,
                (mqd_t queue, const char* from, size_t size, unsigned priority, const timespec* limit), queue, from,
                size, priority, limit)
EXPLORE_REFUSES(ssize_t, msgrcv, (int queue, void* to, size_t size, long type, int flags), queue, to, size, type, flags)
EXPLORE_REFUSES(int, msgsnd, (int queue, const void* from, size_t size, int flags), queue, from, size, flags)
EXPLORE_REFUSES_NOEXCEPT(int, semop, (int set, sembuf* operations, size_t count), set, operations, count)
EXPLORE_REFUSES_NOEXCEPT(int, semtimedop, (int set, sembuf* operations, size_t count, const timespec* limit), set,
                         operations, count, limit)

// A child that borrows the memory of its parent cannot be made through another function. fork() does what it promises.
pid_t vfork() noexcept {
  if (explore::is_explored()) explore::refuse("vfork()", EXPLORE_CALLED_AT);
  return ::fork();
}

sem_t* sem_open(const char* name, int flags, ...) noexcept {
  if (explore::is_explored()) explore::refuse("sem_open()", EXPLORE_CALLED_AT);
  va_list given;
  va_start(given, flags);
  const mode_t mode = va_arg(given, mode_t);
  const unsigned value = va_arg(given, unsigned);
  va_end(given);
  EXPLORE_OWN static constinit explore::next_definition<sem_t*(const char*, int, ...)> real{"sem_open"};
  return real.get()(name, flags, mode, value);
}

}  // extern "C"

#undef EXPLORE_REFUSES
#undef EXPLORE_REFUSES_NOEXCEPT
