#include "descriptor_steps.hpp"

#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>

#include "broken_pipe.hpp"

namespace explore {
namespace {

using enum access_mode;

// Addresses at which nothing lies: a gate for each thread, an object for each description.
constexpr std::uintptr_t first_gate = 0x1100;
constexpr std::uintptr_t first_object = 0x2000;

op step_for(descriptor_use use) noexcept {
  switch (use) {
    case descriptor_use::read: return op::descriptor_read;
    case descriptor_use::write: return op::descriptor_write;
    case descriptor_use::control: return op::descriptor_control;
    case descriptor_use::close: return op::descriptor_close;
    case descriptor_use::wait:
    case descriptor_use::poll: return op::descriptor_wait;
    case descriptor_use::none: break;
  }
  return op::none;
}

void touch_once(operation& step, std::uint32_t object, access_mode mode) noexcept {
  for (unsigned i = 0; i < step.accesses; ++i) {
    if (step.on[i].object == object) return;
  }
  step.touches(object, mode);
}

// Those who wait for a set wait for what is in it.
void touch_with_sets(operation& step, unsigned id, access_mode mode) noexcept {
  const description& of = descriptors().at(id);
  const std::uint16_t other_set = of.other_end != 0 ? descriptors().at(of.other_end).in_set : std::uint16_t{0};
  if (of.in_set != 0) touch_once(step, object_of(of.in_set), mode);
  if (other_set != 0) touch_once(step, object_of(other_set), mode);
  touch_once(step, object_of(id), mode);
}

bool is_answered_by_timer(const descriptor_call& call) noexcept {
  return call.use == descriptor_use::read || (call.use == descriptor_use::poll && (call.size & EPOLLIN) != 0);
}

std::uint64_t next_expiry(const descriptor_call& call) noexcept {
  const descriptor_table& table = descriptors();
  const std::uint64_t now = active->now();
  if (call.use == descriptor_use::wait) return table.next_expiry_in(call.of, now);
  if (is_answered_by_timer(call)) return descriptor_table::next_expiry(table.at(call.of), now);
  return descriptor_table::never;
}

// The call ends by time at the latest.
std::uint64_t limit_of(const descriptor_call& call) noexcept {
  const std::uint64_t expiry = next_expiry(call);
  return expiry < call.limit ? expiry : call.limit;
}

// Every step that a timer has a part in asks the clock; one that ends by time moves it.
bool depends_on_time(const descriptor_call& call) noexcept {
  if (call.asks_clock || limit_of(call) != descriptor_table::never) return true;
  return is_answered_by_timer(call) && descriptors().at(call.of).is_armed;
}

operation step_of(const descriptor_call& call, std::uintptr_t pc) noexcept {
  operation step = explore::step_of(step_for(call.use), nullptr, pc);
  step.address = call.number;
  step.size = static_cast<std::uint8_t>(call.function);
  const access_mode mode = call.finds_nothing ? read : write;
  touch_with_sets(step, call.of, mode);
  if (call.with != 0) touch_once(step, object_of(call.with), mode);
  // Whether it ends who writes to nobody.
  if (call.use == descriptor_use::write && descriptors().at(call.of).kind == descriptor_kind::pipe_writer) {
    touch_once(step, action_object(SIGPIPE), read);
  }
  if (depends_on_time(call)) touch_once(step, engine::clock_object, call.waits ? write : read);
  return step;
}

}  // namespace

int new_descriptor(descriptor_kind kind, bool does_not_block, std::uintptr_t pc) noexcept {
  const unsigned number = descriptors().create(active->current(), kind, does_not_block);
  if (number == 0) refuse("more than 127 descriptors that one thread makes", pc);
  return fd_of(number);
}

std::uint16_t open_description(int fd, std::uintptr_t pc) noexcept {
  const std::uint16_t number = number_of(fd);
  if (descriptors().was_closed(number)) {
    active->self().pending.pc = pc;
    active->fail(verdict::bad_use, "descriptor %u (%d in the program) is used after it was closed", unsigned{number},
                 fd);
  }
  return static_cast<std::uint16_t>(descriptors().description_of(number));
}

descriptor_call call_on(int fd, descriptor_use use, std::uintptr_t pc) noexcept {
  descriptor_call call;
  call.number = number_of(fd);
  call.of = open_description(fd, pc);
  if (call.of != 0) call.use = use;
  return call;
}

std::uint32_t object_of(unsigned id) noexcept {
  const description& of = descriptors().at(id);
  const unsigned first = of.other_end != 0 && of.other_end < id ? of.other_end : id;
  return active->object_at(first_object + 4 * first);
}

bool finds_something(const descriptor_call& call) noexcept {
  const descriptor_table& table = descriptors();
  const description& of = table.at(call.of);
  switch (call.use) {
    case descriptor_use::read: return (table.readiness(of, active->now()) & (EPOLLIN | EPOLLHUP)) != 0;
    case descriptor_use::wait: return table.has_ready(call.of, active->now());
    case descriptor_use::poll: return (table.readiness(of, active->now()) & (call.size | EPOLLERR | EPOLLHUP)) != 0;
    case descriptor_use::write:
      if (of.kind == descriptor_kind::counter) return descriptor_table::most_count - of.count >= call.size;
      if (table.at(of.other_end).numbers == 0) return true;
      return table.room_in(of) >= (call.size <= PIPE_BUF ? call.size : 1);
    default: return true;
  }
}

std::uint64_t await(const descriptor_call& call, std::uintptr_t pc) noexcept {
  engine& in = *active;
  logical_thread& self = in.self();
  descriptors().call_of(in.current()) = call;
  const std::uint32_t gate_object = in.object_at(first_gate + in.current());
  in.at(gate_object).count = finds_something(call) ? 1 : 0;
  const operation next = step_of(call, pc);
  self.limit = limit_of(call);
  if (self.limit == descriptor_table::never) {
    in.announce(next, gate::ready, gate_object);
  } else {
    in.announce_until(next, gate::ready, gate_object, self.limit);
  }
  self.has_limit = false;
  descriptors().call_of(in.current()).use = descriptor_use::none;
  return self.limit;
}

bool announce(const descriptor_call& call, std::uintptr_t pc) noexcept {
  engine& in = *active;
  descriptors().call_of(in.current()) = call;
  const operation next = step_of(call, pc);
  bool is_step = true;
  if (finds_something(call)) {
    in.announce(next);
  } else {
    is_step = in.announce_read(next, next.on[0].object);
    // A thread that asks again and again waits for a timer: then time passes, as it does for who asks the clock.
    constexpr unsigned asked_before_time_passes = 64;
    const std::uint64_t expiry = next_expiry(call);
    if (!is_step && expiry != descriptor_table::never && in.self().spins % asked_before_time_passes == 0) {
      in.pass_time(expiry);
      ++in.at(next.on[0].object).version;
    }
  }
  descriptors().call_of(in.current()).use = descriptor_use::none;
  return is_step;
}

traced_event* make(const descriptor_call& call, bool passes_time, std::uintptr_t pc) noexcept {
  descriptor_call made = call;
  made.waits = passes_time;
  if (!passes_time) made.limit = descriptor_table::never;
  const operation step = step_of(made, pc);
  traced_event* const event = active->make(step);
  if (call.finds_nothing && !call.waits) active->saw(pc, step.on[0].object);
  return event;
}

void changed(const descriptor_call& by) noexcept {
  engine& in = *active;
  operation touched;
  touch_with_sets(touched, by.of, write);
  if (by.with != 0) touch_once(touched, object_of(by.with), write);
  for (unsigned i = 0; i < touched.accesses; ++i) in.changed(touched.on[i].object);
  for (unsigned i = 0; i < in.threads(); ++i) {
    const descriptor_call& call = descriptors().call_of(i);
    if (i == in.current() || call.use == descriptor_use::none) continue;
    logical_thread& other = in.thread(i);
    other.pending = step_of(call, other.pending.pc);
    if (other.waits_at != gate::ready) continue;
    in.at(other.gate_object).count = finds_something(call) ? 1 : 0;
    other.limit = limit_of(call);
    other.has_limit = other.limit != descriptor_table::never;
  }
}

}  // namespace explore
