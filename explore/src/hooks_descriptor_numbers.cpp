/// The numbers of modelled descriptors: closing them, making others that stand for the same, and what can be set for
/// them.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>

#include "descriptor_steps.hpp"

namespace explore {
namespace {

using enum descriptor_kind;

int close_modelled(int fd, std::uintptr_t pc) noexcept {
  engine& in = *active;
  descriptor_call call = call_on(fd, descriptor_use::close, pc);
  if (call.of == 0) return errno = EBADF, -1;
  announce(call, pc);
  open_description(fd, pc);
  for (unsigned i = 0; i < in.threads(); ++i) {
    const descriptor_call& other = descriptors().call_of(i);
    if (other.use == descriptor_use::none || !other.waits || other.number != call.number || finds_something(other))
      continue;
    in.fail(verdict::bad_use, "descriptor %u (%d in the program) is closed while thread %u waits on it",
            unsigned{call.number}, fd, i);
  }
  make(call, false, pc);
  call.with = descriptors().at(call.of).in_set;  // which may not watch it any more after this
  descriptors().close(call.number);
  changed(call);
  return 0;
}

int duplicate_modelled(int fd, std::uintptr_t pc) noexcept {
  descriptor_call call = call_on(fd, descriptor_use::control, pc);
  if (call.of == 0) return errno = EBADF, -1;
  call.function = descriptor_function::dup;
  call.finds_nothing = true;
  announce(call, pc);
  open_description(fd, pc);
  make(call, false, pc);
  const unsigned copy = descriptors().duplicate(active->current(), call.of);
  if (copy == 0) refuse("more than 127 descriptors that one thread makes", pc);
  return fd_of(copy);
}

int control_modelled(int fd, int command, long argument, std::uintptr_t pc) noexcept {
  if (!descriptors().was_closed(number_of(fd)) && open_description(fd, pc) == 0) return errno = EBADF, -1;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: return duplicate_modelled(fd, pc);
    case F_GETFD: return descriptors().was_closed(number_of(fd)) ? (errno = EBADF, -1) : FD_CLOEXEC;
    case F_SETFD: return open_description(fd, pc), 0;
    case F_GETPIPE_SZ: return static_cast<int>(descriptor_table::pipe_size);
    default: break;
  }
  description& of = descriptors().at(open_description(fd, pc));
  if (command == F_GETFL) {
    const int access = of.kind == pipe_reader ? O_RDONLY : of.kind == pipe_writer ? O_WRONLY : O_RDWR;
    return access | (of.does_not_block ? O_NONBLOCK : 0);
  }
  if (command != F_SETFL)
    refuse("fcntl() on a modelled descriptor with a command other than F_DUPFD, F_GETFL and F_SETFL", pc);
  descriptor_call call = call_on(fd, descriptor_use::control, pc);
  call.function = descriptor_function::fcntl;
  announce(call, pc);
  make(call, false, pc);
  of.does_not_block = (argument & O_NONBLOCK) != 0;
  return 0;
}

EXPLORE_OWN constinit next_definition<int(int)> real_close{"close"};
EXPLORE_OWN constinit next_definition<int(int)> real_dup{"dup"};
EXPLORE_OWN constinit next_definition<int(int, int)> real_dup2{"dup2"};
EXPLORE_OWN constinit next_definition<int(int, int, int)> real_dup3{"dup3"};
EXPLORE_OWN constinit next_definition<int(int, int, ...)> real_fcntl{"fcntl"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int close(int fd) { return is_modelled(fd) ? close_modelled(fd, EXPLORE_CALLED_AT) : real_close.get()(fd); }

int dup(int fd) noexcept { return is_modelled(fd) ? duplicate_modelled(fd, EXPLORE_CALLED_AT) : real_dup.get()(fd); }

int dup2(int fd, int to) noexcept {
  if (is_modelled(fd) || is_modelled(to)) refuse("dup2() with a modelled descriptor", EXPLORE_CALLED_AT);
  return real_dup2.get()(fd, to);
}

int dup3(int fd, int to, int flags) noexcept {
  if (is_modelled(fd) || is_modelled(to)) refuse("dup3() with a modelled descriptor", EXPLORE_CALLED_AT);
  return real_dup3.get()(fd, to, flags);
}

int fcntl(int fd, int command, ...) {
  va_list given;
  va_start(given, command);
  const long argument = va_arg(given, long);
  va_end(given);
  if (is_modelled(fd)) return control_modelled(fd, command, argument, EXPLORE_CALLED_AT);
  if (is_explored() && (command == F_SETLKW || command == F_OFD_SETLKW)) {
    refuse("fcntl() with F_SETLKW, which waits for a lock of a file", EXPLORE_CALLED_AT);
  }
  return real_fcntl.get()(fd, command, argument);
}
int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

}  // extern "C"
