#include "os/signal_catcher.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>

#include "base/contract.hpp"
#include "os/event_fd.hpp"
#include "os/refusal.hpp"
#include "os/signal_action.hpp"
#include "os/staying_code.hpp"

// How handlers are chained.
//
// What stood before us is kept in a node that never changes and is never freed, because a handler may be reading it on
// any thread at any time. Equal nodes are used again, so that catching and releasing in turn does not pile them up.
//
// Somebody may have installed his handler on top of ours, one that calls ours, and have left it there when we were
// released: we cannot take ours out from under his. If the signal is caught anew, the same handler of ours on top of his
// would call him and he us, for ever. So there are several, equal but for what they call: each goes on top of what the
// ones below it may be called by, and calls only downwards. One signal is then marked by more than one of them. Where
// the default action stands, or none, nobody can lead to ours, and the count begins anew.
//
// INVARIANTS, for each signal
//   I1  only the holder of `change` installs, and changes what the record says
//   I2  earlier[n] is set before handler n is first installed, and not null from then on
//   I3  while the signal is not caught, only handlers below `reachable` can still be called
namespace quiesce::inline v0::os {
namespace {

const staying_code of_handlers;  // somebody else's handler may call ours at any time

using handler = void (*)(int number, siginfo_t* how, void* context);

struct chained {
  struct sigaction action;
  const chained* made_before;  // all nodes of this signal, to be used again
};

constexpr int handlers = 8;

struct record {
  std::array<std::atomic<const chained*>, handlers> earlier{};  // what stood where handler n was put
  const chained* made = nullptr;
  unsigned catches = 0;
  int reachable = 0;
  int installed = 0;  // which of ours was put on top, or found there, by the first catch
};

// All constant-initialised and without destructors: a signal may arrive before main() and after it.
constinit std::mutex change;
constinit std::array<record, signal_marks_word::largest + 1> records;
constinit std::atomic<std::uint64_t> marks{signal_marks_word::none};
constinit std::atomic<event_fd*> wake{nullptr};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<void*>::is_always_lock_free);

record& record_of(int number) noexcept { return records[static_cast<std::size_t>(number)]; }

bool is_handler(const struct sigaction& action) noexcept {
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

void call(const struct sigaction& action, int number, siginfo_t* how, void* context) noexcept {
  if (!is_handler(action)) return;
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(number, how, context);
  } else {
    action.sa_handler(number);
  }
}

template <std::size_t Which>
void on_signal(int number, siginfo_t* how, void* context) {
  const int before = errno;
  // order: release. The thread that takes the mark sees what this thread did before the signal.   pairs: take_marked()
  marks.fetch_or(signal_marks_word::bit(number), std::memory_order_release);
  // order: acquire, here and below.   pairs: the stores in put_on_top(), which stand before the installation; the kernel
  // orders the two anyhow, but no rule of the language knows that.
  // not:   relaxed, under which this thread could read what they point to from before it was made.
  // shown: tests/explore/signal_marks_test.cpp, AHandlerOnAnyThreadFindsWhatItNeedsAsSoonAsItIsInstalled
  wake.load(std::memory_order_acquire)->signal();
  const chained* const next = record_of(number).earlier[Which].load(std::memory_order_acquire);
  errno = before;
  call(next->action, number, how, context);
}

constexpr std::array<handler, handlers> ours{on_signal<0>, on_signal<1>, on_signal<2>, on_signal<3>,
                                             on_signal<4>, on_signal<5>, on_signal<6>, on_signal<7>};

// Which of our handlers the action is; `handlers` if none.
int which_of_ours(const struct sigaction& action) noexcept {
  if ((action.sa_flags & SA_SIGINFO) == 0) return handlers;
  return static_cast<int>(std::ranges::find(ours, action.sa_sigaction) - ours.begin());
}

const chained* node_for(record& of, const struct sigaction& action) {
  for (const chained* node = of.made; node != nullptr; node = node->made_before) {
    if (are_alike(node->action, action)) return node;
  }
  return of.made = new chained{action, of.made};
}

struct sigaction ours_above(const struct sigaction& earlier, int number, int which) noexcept {
  struct sigaction action {};
  action.sa_sigaction = ours[static_cast<std::size_t>(which)];
  action.sa_flags = SA_RESTART | SA_ONSTACK | SA_SIGINFO;
  // The earlier handler runs inside ours and counts on its mask.
  action.sa_mask = earlier.sa_mask;
  if (number == SIGCHLD) {
    // Who leaves dead children to the kernel, by the flag or by ignoring the signal, must not get zombies from us.
    const bool ignored = earlier.sa_handler == SIG_IGN;
    action.sa_flags |= (earlier.sa_flags & (SA_NOCLDSTOP | SA_NOCLDWAIT)) | (ignored ? SA_NOCLDWAIT : 0);
  }
  return action;
}

void put_on_top(record& of, const struct sigaction& earlier, int number, int which) {
  if (which == handlers) {
    refuse(EBUSY, "cannot catch signal " + std::to_string(number) + " (others have put handlers on ours too often)");
  }
  if (wake.load(std::memory_order_relaxed) == nullptr) wake.store(new event_fd, std::memory_order_release);
  of.earlier[static_cast<std::size_t>(which)].store(node_for(of, earlier), std::memory_order_release);
  const struct sigaction action = ours_above(earlier, number, which);
  if (::sigaction(number, &action, nullptr) == 0) return;
  const int error = errno;
  refuse(error, "cannot catch signal " + std::to_string(number));
}

void require_catchable(int number) {
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
      throw std::invalid_argument("quiesce: signal " + std::to_string(number) +
                                  " cannot be waited for: the instruction that raises it cannot be gone on from");
    default: break;
  }
}

// ThreadSanitizer makes the place where it holds a thread's signals back when the thread first blocks in a function that it
// intercepts, or is first signalled. If the one interrupts the other, that signal is lost (g++ 12). Here none is caught yet.
void let_sanitizer_prepare() noexcept {
#if defined(__SANITIZE_THREAD__)
  static_cast<void>(::usleep(0));
#endif
}

struct sigaction action_of(int number) {
  struct sigaction now {};
  const bool known = signal_marks_word::is_valid(number) && ::sigaction(number, nullptr, &now) == 0;
  if (!known || number == SIGKILL || number == SIGSTOP) refuse(EINVAL, "cannot catch signal " + std::to_string(number));
  return now;
}

}  // namespace

void signal_catcher::catch_signal(int number) {
  require_catchable(number);
  let_sanitizer_prepare();
  const std::lock_guard hold(change);
  const struct sigaction earlier = action_of(number);
  record& of = record_of(number);
  if (of.catches == 0) {
    // on_forget(): a mark that is left from an earlier catch is news of the past. Orders nothing: nobody catches yet.
    marks.fetch_and(~signal_marks_word::bit(number), std::memory_order_relaxed);
    int which = which_of_ours(earlier);
    if (which == handlers) {
      which = is_handler(earlier) ? of.reachable : 0;
      put_on_top(of, earlier, number, which);
    }
    of.installed = which;
  }
  ++of.catches;
}

void signal_catcher::release(int number) noexcept {
  const std::lock_guard hold(change);
  if (!signal_marks_word::is_valid(number)) base::bug("a signal that does not exist was released");
  record& of = record_of(number);
  if (of.catches == 0) base::bug("a signal was released more often than caught");
  if (--of.catches != 0) return;
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  const int which = which_of_ours(now);
  if (which == handlers) {
    of.reachable = of.installed + 1;
    return;
  }
  // The node stays where it is: the handler may have begun on another thread and be about to read it.
  ::sigaction(number, &of.earlier[static_cast<std::size_t>(which)].load(std::memory_order_relaxed)->action, nullptr);
  of.reachable = which;
}

// Relaxed, here and below: who asks has caught a signal, or was told by who has, and so comes after the one who made it.
int signal_catcher::descriptor() noexcept {
  event_fd* const exists = wake.load(std::memory_order_relaxed);
  if (exists == nullptr) base::bug("the descriptor of caught signals was asked for before one was caught");
  return exists->get();
}

signal_marks signal_catcher::take_marked() noexcept {
  event_fd* const exists = wake.load(std::memory_order_relaxed);
  if (exists == nullptr) return signal_marks();
  exists->drain();
  // order: acquire.   pairs: the handler's fetch_or
  return signal_marks(marks.exchange(signal_marks_word::none, std::memory_order_acquire));
}

}  // namespace quiesce::inline v0::os
