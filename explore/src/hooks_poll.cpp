/// poll() and select(): for one modelled descriptor, or for none, as a sleep.
#include <errno.h>
#include <poll.h>
#include <sys/select.h>

#include "broken_pipe.hpp"
#include "descriptor_steps.hpp"

namespace explore {
namespace {

// Nothing to wait for but time.
void sleep_until(std::uint64_t limit, std::uintptr_t pc) noexcept {
  engine& in = *active;
  operation next = step_of(op::sleep, nullptr, pc);
  if (limit == descriptor_table::never) {
    in.announce(next, gate::told, engine::clock_object);
  } else {
    next.touches(engine::clock_object, access_mode::add);
    in.announce_until(next, gate::passed_time, engine::clock_object, limit);
  }
  in.make(next)->after = limit;
  in.pass_time(limit);
}

int poll_one(pollfd& which, std::uint64_t limit, std::uintptr_t pc) noexcept {
  engine& in = *active;
  touch_by_call(&which, sizeof which, touch::write, pc);
  which.revents = 0;
  if (descriptors().was_closed(number_of(which.fd)) || descriptors().description_of(number_of(which.fd)) == 0) {
    which.revents = POLLNVAL;
    return 1;
  }
  descriptor_call call = call_on(which.fd, descriptor_use::poll, pc);
  if (descriptors().at(call.of).kind == descriptor_kind::set) refuse("poll() of an epoll set", pc);
  call.function = descriptor_function::poll;
  call.size = static_cast<std::uint16_t>(which.events);
  call.finds_nothing = true;  // it takes nothing
  call.waits = limit != 0;
  std::uint64_t until = 0;
  if (call.waits) {
    call.limit = limit;
    until = await(call, pc);
  } else if (!announce(call, pc)) {
    return 0;
  }
  open_description(which.fd, pc);
  const bool is_late = !finds_something(call) && call.waits;
  traced_event* const event = make(call, is_late, pc);
  if (is_late) in.pass_time(until);
  if (!finds_something(call)) {
    event->how = call.waits ? outcome::timed_out : outcome::would_block;
    if (call.waits) in.acts();
    return 0;
  }
  const std::uint32_t ready = descriptors().readiness(descriptors().at(call.of), in.now());
  which.revents = static_cast<short>(ready & (call.size | POLLERR | POLLHUP));
  event->before = 1;
  in.acquire_from(in.at(object_of(call.of)).sync);
  if (call.waits) in.acts();
  return 1;
}

// The bits of poll() and of epoll have the same values, by the kernel's interface.
int poll_all(pollfd* which, nfds_t count, std::uint64_t limit, std::uintptr_t pc) noexcept {
  if (count == 0) {
    if (limit != 0) sleep_until(limit, pc);
    return 0;
  }
  for (nfds_t i = 0; i < count; ++i) {
    if (which[i].fd >= 0 && !descriptor_table::is_modelled(which[i].fd)) {
      refuse("poll() on a descriptor of the system", pc);
    }
  }
  if (count != 1 || which->fd < 0) refuse("poll() of more than one descriptor", pc);
  return poll_one(*which, limit, pc);
}

EXPLORE_OWN constinit next_definition<int(pollfd*, nfds_t, int)> real_poll{"poll"};
EXPLORE_OWN constinit next_definition<int(pollfd*, nfds_t, const timespec*, const sigset_t*)> real_ppoll{"ppoll"};
EXPLORE_OWN constinit next_definition<int(int, fd_set*, fd_set*, fd_set*, timeval*)> real_select{"select"};
EXPLORE_OWN constinit next_definition<int(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*)>
    real_pselect{"pselect"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int poll(pollfd* which, nfds_t count, int milliseconds) {
  if (!is_explored()) return real_poll.get()(which, count, milliseconds);
  return poll_all(which, count, limit_in(milliseconds, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
}
int __poll_chk(pollfd* which, nfds_t count, int milliseconds, size_t /*room*/) {
  if (!is_explored()) return real_poll.get()(which, count, milliseconds);
  return poll_all(which, count, limit_in(milliseconds, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
}

int ppoll(pollfd* which, nfds_t count, const timespec* time, const sigset_t* mask) {
  if (!is_explored()) return real_ppoll.get()(which, count, time, mask);
  if (lets_broken_pipe_in(mask, EXPLORE_CALLED_AT)) {  // which ends the call only if there is nothing at once
    if (const int ready = poll_all(which, count, 0, EXPLORE_CALLED_AT); ready != 0) return ready;
    meet_broken_pipe(0, signal_function::ppoll, EXPLORE_CALLED_AT);
  }
  return poll_all(which, count, limit_in(time, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
}

int select(int count, fd_set* in, fd_set* out, fd_set* exceptions, timeval* time) {
  if (!is_explored()) return real_select.get()(count, in, out, exceptions, time);
  if (count != 0) refuse("select(), which is for small numbers of descriptors of the system", EXPLORE_CALLED_AT);
  const timespec longest =
      time == nullptr ? timespec{} : timespec{.tv_sec = time->tv_sec, .tv_nsec = time->tv_usec * 1000};
  return poll_all(nullptr, 0, limit_in(time == nullptr ? nullptr : &longest, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
}

int pselect(int count, fd_set* in, fd_set* out, fd_set* exceptions, const timespec* time, const sigset_t* mask) {
  if (!is_explored()) return real_pselect.get()(count, in, out, exceptions, time, mask);
  if (count != 0) refuse("pselect(), which is for small numbers of descriptors of the system", EXPLORE_CALLED_AT);
  if (lets_broken_pipe_in(mask, EXPLORE_CALLED_AT)) {
    meet_broken_pipe(0, signal_function::pselect, EXPLORE_CALLED_AT);
  }
  return poll_all(nullptr, 0, limit_in(time, EXPLORE_CALLED_AT), EXPLORE_CALLED_AT);
}

}  // extern "C"
