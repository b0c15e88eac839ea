/// Threads: creation, joining, thread-specific values, what happens at their end.
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <cerrno>

#include "hooks.hpp"
#include "program.hpp"

namespace explore {
namespace {

using enum access_mode;

EXPLORE_OWN constinit next_definition<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> real_create{
    "pthread_create"};
EXPLORE_OWN constinit next_definition<int(pthread_t, void**)> real_join{"pthread_join"};
EXPLORE_OWN constinit next_definition<int(pthread_t)> real_detach{"pthread_detach"};
EXPLORE_OWN constinit next_definition<void(void*)> real_exit{"pthread_exit"};
EXPLORE_OWN constinit next_definition<int(pthread_key_t*, void (*)(void*))> real_key_create{"pthread_key_create"};
EXPLORE_OWN constinit next_definition<int(pthread_key_t)> real_key_delete{"pthread_key_delete"};
EXPLORE_OWN constinit next_definition<void*(pthread_key_t)> real_getspecific{"pthread_getspecific"};
EXPLORE_OWN constinit next_definition<int(pthread_key_t, const void*)> real_setspecific{"pthread_setspecific"};
EXPLORE_OWN constinit next_definition<int(pthread_t, const char*)> real_setname{"pthread_setname_np"};
EXPLORE_OWN constinit next_definition<int(pthread_t)> real_cancel{"pthread_cancel"};
EXPLORE_OWN constinit next_definition<int(pthread_t, int)> real_kill{"pthread_kill"};
EXPLORE_OWN constinit next_definition<int()> real_yield{"sched_yield"};
EXPLORE_OWN constinit next_definition<int(void (*)(void*), void*, void*)> real_thread_atexit{
    "__cxa_thread_atexit_impl"};
EXPLORE_OWN constinit next_definition<int(void (*)(void*), void*, void*)> real_atexit{"__cxa_atexit"};

int create(pthread_t* made, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument,
           std::uintptr_t pc) noexcept {
  engine& in = *active;
  const operation next = step_of(op::thread_create, nullptr, pc);
  in.announce(next);
  traced_event* const event = in.make(next);
  in.acts();
  const unsigned number = in.create_thread(routine, argument);
  ++in.self().happened.of[in.current()];  // what the creator does from here on is not known to the new thread
  event->other_thread = static_cast<std::uint16_t>(number);
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) ::pthread_attr_getdetachstate(attributes, &state);
  in.thread(number).detached = state == PTHREAD_CREATE_DETACHED;
  sigset_t blocked{};
  if (attributes != nullptr && ::pthread_attr_getsigmask_np(attributes, &blocked) == 0) {
    in.thread(number).blocked = signals_in(blocked);
  }
  *made = in.blocks().id(number);
  return 0;
}

int join(pthread_t which, void** result, std::uintptr_t pc) noexcept {
  engine& in = *active;
  in.self().pending.pc = pc;
  const unsigned number = in.blocks().number_of(which);
  if (number >= in.threads()) return ESRCH;
  logical_thread& joined = in.thread(number);
  if (joined.joined || joined.detached) {
    in.fail(verdict::bad_use, "thread %u is joined, but it was %s before", number,
            joined.joined ? "joined" : "detached");
  }
  if (number == in.current()) return EDEADLK;
  operation next = step_of(op::thread_join, &joined, pc);
  next.other_thread = static_cast<std::uint8_t>(number);
  next.touches(in.object_at(explore::number(&joined)), follow);
  in.announce(next, gate::ended, 0, number);
  if (joined.joined || joined.detached) in.fail(verdict::bad_use, "thread %u is joined by two threads at once", number);
  in.make(next);
  joined.joined = true;
  in.acquire_from(joined.happened);
  in.acts();
  if (result != nullptr) *result = joined.result;
  return 0;
}

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_create(pthread_t* made, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument) {
  if (is_explored()) return create(made, attributes, routine, argument, EXPLORE_CALLED_AT);
  if (active != nullptr && program_is_starting()) refuse("a thread that is created before main()", EXPLORE_CALLED_AT);
  return real_create.get()(made, attributes, routine, argument);
}

int pthread_join(pthread_t which, void** result) {
  return is_explored() ? join(which, result, EXPLORE_CALLED_AT) : real_join.get()(which, result);
}

int pthread_detach(pthread_t which) {
  if (!is_explored()) return real_detach.get()(which);
  engine& in = *active;
  const unsigned number = in.blocks().number_of(which);
  if (number >= in.threads()) return ESRCH;
  in.thread(number).detached = true;
  return 0;
}

void pthread_exit(void* result) {
  if (is_explored()) refuse("pthread_exit()", EXPLORE_CALLED_AT);
  real_exit.get()(result);
  __builtin_unreachable();
}

int pthread_cancel(pthread_t which) {
  if (is_explored()) refuse("pthread_cancel()", EXPLORE_CALLED_AT);
  return real_cancel.get()(which);
}

int pthread_kill(pthread_t which, int signal) {
  if (is_explored()) refuse("pthread_kill()", EXPLORE_CALLED_AT);
  return real_kill.get()(which, signal);
}

int pthread_key_create(pthread_key_t* key, void (*destroy)(void*)) {
  if (!is_explored() && !(active != nullptr && program_is_starting())) return real_key_create.get()(key, destroy);
  *key = active->create_key(destroy);
  return 0;
}
int pthread_key_delete(pthread_key_t key) { return key < engine::first_key ? real_key_delete.get()(key) : 0; }
void* pthread_getspecific(pthread_key_t key) {
  return key < engine::first_key ? real_getspecific.get()(key) : active->value_of(key);
}
int pthread_setspecific(pthread_key_t key, const void* value) {
  if (key < engine::first_key) return real_setspecific.get()(key, value);
  active->value_of(key) = const_cast<void*>(value);
  return 0;
}

int pthread_setname_np(pthread_t which, const char* name) {
  return is_explored() ? 0 : real_setname.get()(which, name);
}

int sched_yield() {
  if (!is_explored()) return real_yield.get()();
  active->yields(EXPLORE_CALLED_AT);
  return 0;
}

int __cxa_thread_atexit_impl(void (*call)(void*), void* argument, void* module) {
  if (!is_explored()) return real_thread_atexit.get()(call, argument, module);
  logical_thread& self = active->self();
  if (self.exit_actions == logical_thread::most_exit_actions) {
    refuse("more than 64 thread_local objects with destructors", EXPLORE_CALLED_AT);
  }
  self.at_exit[self.exit_actions++] = {call, argument};
  return 0;
}

int __cxa_atexit(void (*call)(void*), void* argument, void* module) {
  // Of a program that is explored as a whole, its own objects, too: they come to their ends in each execution.
  const bool is_starting =
      active != nullptr && program_is_starting() && !active->system().contains(__builtin_return_address(0));
  if (!is_explored() && (!is_starting || !active->has_room_for_exit_action()))
    return real_atexit.get()(call, argument, module);
  active->at_process_exit({call, argument});
  return 0;
}

}  // extern "C"
