// The marks of caught signals, under the interleavings of the threads on which the handler runs with the one that takes
// them: each arrival is told, once at least, and nobody sleeps over one. The handler is called as the kernel would.
#include <poll.h>
#include <signal.h>

#include <atomic>
#include <cassert>
#include <thread>

#include "os/signal_catcher.hpp"
#include "scenario.hpp"

namespace {

using explore::reach;
using quiesce::os::signal_catcher;
using quiesce::os::signal_marks;
using scenario::explore_all;
using scenario::explore_both;
using scenario::unlimited;

class caught {
 public:
  explicit caught(int number) : number_(number) {
    signal_catcher::catch_signal(number_);
    ::sigaction(number_, nullptr, &action_);
  }
  ~caught() { signal_catcher::release(number_); }
  caught(const caught&) = delete;
  caught& operator=(const caught&) = delete;

  void arrive() const { action_.sa_sigaction(number_, nullptr, nullptr); }

 private:
  const int number_;
  struct sigaction action_ {};
};

void sleep_until_told() {
  pollfd told{.fd = signal_catcher::descriptor(), .events = POLLIN, .revents = 0};
  assert(::poll(&told, 1, -1) == 1);
}

TEST(SignalMarksScenario, EachArrivalIsTold_A1) {
  explore_both(unlimited, unlimited, {"in one", "one after the other"}, [] {
    const caught first(SIGUSR1);
    const caught second(SIGUSR2);
    std::thread thread([&] { first.arrive(); });
    second.arrive();
    bool has_first = false;
    bool has_second = false;
    int takes = 0;
    while (!has_first || !has_second) {
      sleep_until_told();
      const signal_marks taken = signal_catcher::take_marked();
      has_first = has_first || taken.contains(SIGUSR1);
      has_second = has_second || taken.contains(SIGUSR2);
      ++takes;
    }
    reach(takes == 1 ? "in one" : "one after the other");
    thread.join();
  });
}

TEST(SignalMarksScenario, WhoTakesAMarkSeesWhatItsThreadDidBefore_A1) {
  explore_both(unlimited, unlimited, {"told"}, [] {
    const caught signal(SIGUSR1);
    int written = 0;
    std::thread thread([&] {
      written = 1;
      signal.arrive();
    });
    while (!signal_catcher::take_marked().contains(SIGUSR1)) sleep_until_told();
    assert(written == 1);
    reach("told");
    thread.join();
  });
}

// A second arrival merges into the first or is told by itself; it is never told by nobody.
TEST(SignalMarksScenario, AnArrivalWhileOneIsTakenIsToldByThatOrAnother_A1) {
  explore_both(4, unlimited, {"merged", "told again"}, [] {
    const caught signal(SIGUSR1);
    std::thread thread([&] {
      signal.arrive();
      signal.arrive();
    });
    while (!signal_catcher::take_marked().contains(SIGUSR1)) sleep_until_told();
    thread.join();
    reach(signal_catcher::take_marked().contains(SIGUSR1) ? "told again" : "merged");
  });
}

// The kernel calls a handler only after it was installed; for the language that orders nothing. Nor does the flag here: under
// weak memory, which knows of no kernel, the handler would not have to find anything.
TEST(SignalMarksScenario, AHandlerOnAnyThreadFindsWhatItNeedsAsSoonAsItIsInstalled_A1) {
  explore_all({"called", "not yet installed"}, [] {
    std::atomic<bool> is_installed{false};
    std::thread thread([&] {
      if (!is_installed.load(std::memory_order_relaxed)) return reach("not yet installed");
      struct sigaction installed {};
      ::sigaction(SIGUSR1, nullptr, &installed);
      installed.sa_sigaction(SIGUSR1, nullptr, nullptr);
      reach("called");
    });
    const caught signal(SIGUSR1);
    is_installed.store(true, std::memory_order_relaxed);
    thread.join();
  });
}

}  // namespace
