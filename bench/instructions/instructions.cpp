// What the library's fast paths cost in instructions, counted under callgrind by count.py: each path a thousand times on one
// thread, after a turn that is not counted.
#include <valgrind/callgrind.h>

#include <utility>

#include "quiesce/quiesce.hpp"

namespace {

namespace q = quiesce;

constexpr int turns = 1'000;  // as count.py says

#define count_instructions(name, path)         \
  do {                                         \
    path;                                      \
    CALLGRIND_ZERO_STATS;                      \
    for (int turn = 0; turn < turns; ++turn) { \
      path;                                    \
    }                                          \
    CALLGRIND_DUMP_STATS_AT(name);             \
  } while (false)

void events() {
  q::auto_reset_event event, other;
  q::manual_reset_event open(true);
  count_instructions("an auto-reset event is set and waited for", (event.set(), static_cast<void>(q::wait(event))));
  count_instructions("an unsignalled event is tried", static_cast<void>(q::try_wait(event)));
  count_instructions("a signalled manual-reset event is waited for", static_cast<void>(q::wait(open)));
  count_instructions("a manual-reset event is reset and set", (open.reset(), open.set()));
  count_instructions("one of two is waited for", static_cast<void>(q::wait_any({other, open})));
  count_instructions("all of two are waited for", (event.set(), static_cast<void>(q::wait_all({event, open}))));
  count_instructions("a handle is duplicated and closed", static_cast<void>(open.duplicate()));
}

void owners() {
  q::mutex mutex;
  q::semaphore semaphore(0);
  count_instructions("a mutex is locked and unlocked", (mutex.lock(), mutex.unlock()));
  mutex.lock();
  count_instructions("a mutex is locked and unlocked by its owner", (mutex.lock(), mutex.unlock()));
  mutex.unlock();
  count_instructions("a semaphore is released and waited for",
                     (semaphore.release(), static_cast<void>(q::wait(semaphore))));
}

void registered() {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, other;
  q::registered_wait wait(pool, [](q::callback_scope&) {});
  count_instructions("a registered wait is armed and disarmed", (wait.arm(event), static_cast<void>(wait.disarm())));
  wait.arm(event);
  count_instructions("a registered wait is armed with another event", (wait.arm(other), wait.arm(event)));
  wait.stop();
}

}  // namespace

int main() {
  events();
  owners();
  registered();
}
