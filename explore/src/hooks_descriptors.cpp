/// Descriptors that are modelled: eventfd and pipe, and the reading and writing of any of them. Calls on those of the
/// system pass, unless they could block for real.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "broken_pipe.hpp"
#include "descriptor_steps.hpp"
#include "real_descriptors.hpp"

namespace explore {
namespace {

using enum descriptor_kind;

constexpr std::size_t number_bytes = 8;  // what eventfd and timerfd read and write

ssize_t refused(int error) noexcept {
  errno = error;
  return -1;
}

// --- Reading --------------------------------------------------------------------------------------------------------

std::uint64_t take_number(description& from) noexcept {
  if (from.kind == counter) {
    const std::uint64_t taken = from.is_semaphore ? 1 : from.count;
    from.count -= taken;
    ++from.departures;
    return taken;
  }
  const std::uint64_t taken = descriptor_table::expiries(from, active->now());
  from.arrivals += static_cast<std::uint32_t>(taken);
  from.due += taken * from.interval;
  from.is_armed = from.interval != 0;
  return taken;
}

std::size_t take(const descriptor_call& call, void* to, std::size_t size, traced_event& event) noexcept {
  description& from = descriptors().at(call.of);
  if (from.kind == pipe_reader) {
    const std::uint32_t there = descriptors().bytes_in(from);
    const std::uint32_t taken = size < there ? static_cast<std::uint32_t>(size) : there;
    event.before = taken;
    if (taken == 0) return 0;  // the other end was closed
    active->touch_memory(number(to), taken, touch::write, op::plain_write);
    descriptors().take(from, to, taken);
    ++descriptors().at(from.other_end).departures;
    return taken;
  }
  active->touch_memory(number(to), number_bytes, touch::write, op::plain_write);
  const std::uint64_t taken = event.before = take_number(from);
  copy_bytes(to, &taken, sizeof taken);
  return number_bytes;
}

ssize_t read_modelled(int fd, void* to, std::size_t size, std::uintptr_t pc) noexcept {
  engine& in = *active;
  descriptor_call call = call_on(fd, descriptor_use::read, pc);
  const description& from = descriptors().at(call.of);
  if (call.of == 0 || from.kind == pipe_writer) return refused(EBADF);
  if (from.kind == set || (from.kind != pipe_reader && size < number_bytes)) return refused(EINVAL);
  if (size == 0) return 0;
  call.waits = !from.does_not_block;
  std::uint64_t limit = 0;
  if (call.waits) {
    limit = await(call, pc);
  } else if (!announce(call, pc)) {
    return refused(EAGAIN);
  }
  open_description(fd, pc);
  const bool has_something = finds_something(call);
  if (!has_something && !call.waits) {
    call.finds_nothing = true;
    make(call, false, pc)->how = outcome::would_block;
    return refused(EAGAIN);
  }
  traced_event* const event = make(call, !has_something, pc);
  if (!has_something) in.pass_time(limit);
  in.acquire_from(in.at(object_of(call.of)).sync);
  const std::size_t taken = take(call, to, size, *event);
  changed(call);
  return static_cast<ssize_t>(taken);
}

// --- Writing --------------------------------------------------------------------------------------------------------

bool has_no_reader(const description& to) noexcept {
  return to.kind == pipe_writer && descriptors().at(to.other_end).numbers == 0;
}

ssize_t put(const descriptor_call& call, const void* from, std::size_t size, std::uint64_t value) noexcept {
  description& to = descriptors().at(call.of);
  if (to.kind == counter) {
    to.count += value;
    ++to.arrivals;
    return number_bytes;
  }
  description& reader = descriptors().at(to.other_end);
  const std::uint32_t room = descriptors().room_in(to);
  const std::uint32_t given = size < room ? static_cast<std::uint32_t>(size) : room;
  descriptors().put(to, from, given);
  ++reader.arrivals;
  return given;
}

ssize_t write_once(int fd, const void* from, std::size_t size, std::uintptr_t pc) noexcept {
  engine& in = *active;
  descriptor_call call = call_on(fd, descriptor_use::write, pc);
  const description& to = descriptors().at(call.of);
  if (call.of == 0 || to.kind == pipe_reader) return refused(EBADF);
  if (to.kind == set || to.kind == timer || (to.kind == counter && size < number_bytes)) return refused(EINVAL);
  if (size == 0) return 0;
  touch_by_call(from, to.kind == counter ? number_bytes : size, touch::read, pc);
  std::uint64_t value = 0;
  if (to.kind == counter) {
    copy_bytes(&value, from, sizeof value);
    if (value == UINT64_MAX) return refused(EINVAL);
  }
  call.size = to.kind == counter ? value : size;
  call.waits = !to.does_not_block;
  if (call.waits) {
    await(call, pc);
  } else if (!announce(call, pc)) {
    return refused(EAGAIN);
  }
  open_description(fd, pc);
  if (!finds_something(call)) {
    call.finds_nothing = true;
    make(call, false, pc)->how = outcome::would_block;
    return refused(EAGAIN);
  }
  traced_event* const event = make(call, false, pc);
  event->after = call.size;
  if (has_no_reader(to)) {
    event->how = outcome::failed;
    raise_broken_pipe();
    return refused(EPIPE);
  }
  in.release_to(in.at(object_of(call.of)).sync);
  const ssize_t given = put(call, from, size, value);
  changed(call);
  return given;
}

// One write into a pipe that blocks writes everything, in parts if there are more bytes than the pipe has room for.
ssize_t write_modelled(int fd, const void* from, std::size_t size, std::uintptr_t pc) noexcept {
  const auto* const bytes = static_cast<const unsigned char*>(from);
  std::size_t written = 0;
  do {
    const ssize_t part = write_once(fd, bytes + written, size - written, pc);
    if (part < 0) return written != 0 ? static_cast<ssize_t>(written) : part;
    written += static_cast<std::size_t>(part);
  } while (written < size && descriptors().at(open_description(fd, pc)).kind == pipe_writer &&
           !descriptors().at(open_description(fd, pc)).does_not_block);
  return static_cast<ssize_t>(written);
}

// --- Pipes -----------------------------------------------------------------------------------------------------------

int make_pipe(int* ends, int flags, std::uintptr_t pc) noexcept {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0) return errno = EINVAL, -1;
  unsigned reader = 0;
  unsigned writer = 0;
  if (!descriptors().create_pipe(active->current(), (flags & O_NONBLOCK) != 0, reader, writer)) {
    refuse("more than 16 pipes, or more than 127 descriptors that one thread makes", pc);
  }
  touch_by_call(ends, 2 * sizeof *ends, touch::write, pc);
  ends[0] = fd_of(reader);
  ends[1] = fd_of(writer);
  return 0;
}

// The system's signal would end the explorer, whatever the program blocks or ignores until it comes. Output is not looked at:
// it goes elsewhere in a replay.
template <class Call>
ssize_t write_outside(int fd, Call call, signal_function by, std::uintptr_t pc) noexcept {
  if (!is_explored() || fd == STDOUT_FILENO || fd == STDERR_FILENO) return call();
  bool is_broken = false;
  ssize_t written = 0;
  {
    const held_broken_pipe held;
    written = call();
    is_broken = held.take();
  }
  if (is_broken) {
    const int error = errno;
    step_on_action(SIGPIPE, access_mode::read, by, pc);
    raise_broken_pipe();
    errno = error;
  }
  return written;
}

EXPLORE_OWN constinit next_definition<ssize_t(int, void*, std::size_t)> real_read{"read"};
EXPLORE_OWN constinit next_definition<ssize_t(int, const void*, std::size_t)> real_write{"write"};
EXPLORE_OWN constinit next_definition<ssize_t(int, const iovec*, int)> real_readv{"readv"};
EXPLORE_OWN constinit next_definition<ssize_t(int, const iovec*, int)> real_writev{"writev"};
EXPLORE_OWN constinit next_definition<int(unsigned, int)> real_eventfd{"eventfd"};
EXPLORE_OWN constinit next_definition<int(int, eventfd_t*)> real_eventfd_read{"eventfd_read"};
EXPLORE_OWN constinit next_definition<int(int, eventfd_t)> real_eventfd_write{"eventfd_write"};
EXPLORE_OWN constinit next_definition<int(int*)> real_pipe{"pipe"};
EXPLORE_OWN constinit next_definition<int(int*, int)> real_pipe2{"pipe2"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

ssize_t read(int fd, void* to, size_t size) {
  if (is_modelled(fd)) return read_modelled(fd, to, size, EXPLORE_CALLED_AT);
  if (is_explored()) refuse_if_it_blocks(fd, "read()", EXPLORE_CALLED_AT);
  return real_read.get()(fd, to, size);
}

ssize_t __read_chk(int fd, void* to, size_t size, size_t /*room*/) {
  if (is_modelled(fd)) return read_modelled(fd, to, size, EXPLORE_CALLED_AT);
  if (is_explored()) refuse_if_it_blocks(fd, "read()", EXPLORE_CALLED_AT);
  return real_read.get()(fd, to, size);
}

// Output of the program goes where it always goes: nobody in the process waits for it.
ssize_t write(int fd, const void* from, size_t size) {
  if (is_modelled(fd)) return write_modelled(fd, from, size, EXPLORE_CALLED_AT);
  return write_outside(
      fd, [&] { return real_write.get()(fd, from, size); }, signal_function::write, EXPLORE_CALLED_AT);
}

ssize_t readv(int fd, const iovec* parts, int count) {
  if (is_modelled(fd) && count == 1) return read_modelled(fd, parts->iov_base, parts->iov_len, EXPLORE_CALLED_AT);
  if (is_modelled(fd)) refuse("readv() with more than one part on a modelled descriptor", EXPLORE_CALLED_AT);
  if (is_explored()) refuse_if_it_blocks(fd, "readv()", EXPLORE_CALLED_AT);
  return real_readv.get()(fd, parts, count);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (is_modelled(fd) && count == 1) return write_modelled(fd, parts->iov_base, parts->iov_len, EXPLORE_CALLED_AT);
  if (is_modelled(fd)) refuse("writev() with more than one part on a modelled descriptor", EXPLORE_CALLED_AT);
  return write_outside(
      fd, [&] { return real_writev.get()(fd, parts, count); }, signal_function::writev, EXPLORE_CALLED_AT);
}

int eventfd(unsigned count, int flags) noexcept {
  if (!is_explored()) return real_eventfd.get()(count, flags);
  if ((flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) != 0) return errno = EINVAL, -1;
  const int fd = new_descriptor(counter, (flags & EFD_NONBLOCK) != 0, EXPLORE_CALLED_AT);
  description& made = descriptors().at(number_of(fd));
  made.count = count;
  made.is_semaphore = (flags & EFD_SEMAPHORE) != 0;
  return fd;
}

int eventfd_read(int fd, eventfd_t* value) {
  if (is_modelled(fd)) return read_modelled(fd, value, sizeof *value, EXPLORE_CALLED_AT) == sizeof *value ? 0 : -1;
  if (is_explored()) refuse_if_it_blocks(fd, "eventfd_read()", EXPLORE_CALLED_AT);
  return real_eventfd_read.get()(fd, value);
}

int eventfd_write(int fd, eventfd_t value) {
  if (!is_modelled(fd)) return real_eventfd_write.get()(fd, value);
  return write_modelled(fd, &value, sizeof value, EXPLORE_CALLED_AT) == sizeof value ? 0 : -1;
}

int pipe(int* ends) noexcept { return is_explored() ? make_pipe(ends, 0, EXPLORE_CALLED_AT) : real_pipe.get()(ends); }
int pipe2(int* ends, int flags) noexcept {
  return is_explored() ? make_pipe(ends, flags, EXPLORE_CALLED_AT) : real_pipe2.get()(ends, flags);
}

}  // extern "C"
