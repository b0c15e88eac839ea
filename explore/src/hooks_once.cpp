/// One-time initialisation: pthread_once and static local variables.
#include <pthread.h>

#include "hooks.hpp"

namespace explore {
namespace {

using enum access_mode;

// What glibc keeps in a pthread_once_t. That it has been done stands there and not in the model: the place may be used anew.
constexpr pthread_once_t never_done = PTHREAD_ONCE_INIT;
constexpr pthread_once_t all_done = 2;

// True: the caller has to do it, and calls end_once(); false: it has been done.
template <class IsDone>
bool begin_once(const void* control, std::uintptr_t pc, IsDone is_done) noexcept {
  engine& in = *active;
  const std::uint32_t once = in.object_at(number(control));
  operation next = step_of(op::once_enter, control, pc);
  next.touches(once, acquire);
  in.announce(next, gate::lock_free, once);
  in.make(next);
  in.acquire_from(in.at(once).sync);
  in.acts();
  if (is_done()) return false;
  in.at(once).owner = static_cast<std::uint8_t>(in.current());
  return true;
}

void end_once(const void* control, std::uintptr_t pc) noexcept {
  engine& in = *active;
  const std::uint32_t once = in.object_at(number(control));
  operation next = step_of(op::once_done, control, pc);
  next.touches(once, write);
  in.announce(next);
  in.make(next);
  in.at(once).owner = nobody;
  in.release_to(in.at(once).sync);
  in.changed(once);
}

EXPLORE_OWN constinit next_definition<int(pthread_once_t*, void (*)())> real_once{"pthread_once"};
EXPLORE_OWN constinit next_definition<int(void*)> real_guard_acquire{"__cxa_guard_acquire"};
EXPLORE_OWN constinit next_definition<void(void*)> real_guard_release{"__cxa_guard_release"};
EXPLORE_OWN constinit next_definition<void(void*)> real_guard_abort{"__cxa_guard_abort"};

}  // namespace
}  // namespace explore

using namespace explore;

extern "C" {

int pthread_once(pthread_once_t* control, void (*initialise)()) {
  if (!is_explored()) return real_once.get()(control, initialise);
  const std::uintptr_t pc = EXPLORE_CALLED_AT;
  if (!begin_once(control, pc, [control] { return *control == all_done; })) return 0;
  struct ending {
    pthread_once_t* control;
    std::uintptr_t pc;
    pthread_once_t state = never_done;  // after an exception it has to be done again
    ~ending() {
      *control = state;
      end_once(control, pc);
    }
  } end{control, pc};
  initialise();
  end.state = all_done;
  return 0;
}

// The variable's first byte tells the compiled code that it is initialised.
int __cxa_guard_acquire(void* guard) {
  if (!is_explored()) return real_guard_acquire.get()(guard);
  if (*static_cast<const char*>(guard) != 0) return 0;
  const auto is_done = [guard] { return *static_cast<const volatile char*>(guard) != 0; };
  return begin_once(static_cast<char*>(guard) + 1, EXPLORE_CALLED_AT, is_done) ? 1 : 0;
}
void __cxa_guard_release(void* guard) {
  if (!is_explored()) return real_guard_release.get()(guard);
  engine& in = *active;
  const std::uint32_t word = in.object_at(number(guard));
  operation next = step_of(op::store, guard, EXPLORE_CALLED_AT);
  next.size = 1;
  next.order = __ATOMIC_RELEASE;
  next.touches(word, access_mode::write);
  in.announce(next);
  in.touch_memory(number(guard), 1, touch::atomic_write, op::store);
  in.make(next)->after = 1;
  *static_cast<char*>(guard) = 1;
  in.changed(word);
  in.release_to(in.at(word).sync);
  end_once(static_cast<char*>(guard) + 1, EXPLORE_CALLED_AT);
}
void __cxa_guard_abort(void* guard) {
  if (!is_explored()) return real_guard_abort.get()(guard);
  end_once(static_cast<char*>(guard) + 1, EXPLORE_CALLED_AT);
}

}  // extern "C"
