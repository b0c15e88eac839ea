// A wait for a descriptor under the interleavings of three threads, one of which is the reactor's, bounded.
#include <unistd.h>

#include <cassert>
#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/descriptor.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;
using std::chrono::milliseconds;
using support::waiters_of;

class pipe_ends {
 public:
  pipe_ends() {
    if (::pipe(ends_) != 0) std::abort();
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int to_read() const { return ends_[0]; }
  void write() const {
    if (::write(ends_[1], "x", 1) != 1) std::abort();
  }

 private:
  int ends_[2];
};

// The reactor may not have told of it.
TEST(DescriptorScenario, WhatArrivesBeforeTheLimitIsTaken_B5) {
  explore_bounded(4, {"early", "late"}, [] {
    const pipe_ends pipe;
    const auto limit = std::chrono::steady_clock::now() + milliseconds(1);
    q::descriptor readable(pipe.to_read(), q::descriptor::readiness::readable);
    bool early = false;
    std::thread writer([&] {
      pipe.write();
      early = std::chrono::steady_clock::now() < limit;
    });
    const q::wait_result result = q::wait_until(readable, limit);
    writer.join();
    reach(early ? "early" : "late");
    assert(!early || result);
    assert(!waiters_of::any(readable));
  });
}

// `wait` waits for it and can be stopped; another thread writes, and then asks it to stop.
template <class Wait>
void meet_an_arrival_and_a_stop(Wait wait) {
  const pipe_ends pipe;
  std::stop_source stop;
  q::descriptor readable(pipe.to_read(), q::descriptor::readiness::readable);
  bool waited = false;
  std::thread writer([&] {
    waited = waiters_of::any(readable);
    pipe.write();
    stop.request_stop();
  });
  const q::wait_result result = wait(readable, stop.get_token());
  writer.join();
  assert(result);
  reach(waited ? "waited" : "was there");
  assert(!waiters_of::any(readable));
}

TEST(DescriptorScenario, WhatArrivesBeforeAStopIsTaken_B5) {
  explore_bounded(4, {"waited", "was there"}, [] {
    meet_an_arrival_and_a_stop(
        [](const q::descriptor& readable, const std::stop_token& token) { return q::wait(readable, token); });
  });
}

TEST(DescriptorScenario, WhatArrivesBeforeAStopCompletesAWaitForAll_B3_B5) {
  explore_bounded(3, {"waited", "was there"}, [] {
    q::auto_reset_event event(true);
    meet_an_arrival_and_a_stop([&](const q::descriptor& readable, const std::stop_token& token) {
      return q::wait_all({event, readable}, token);
    });
    assert(waiters_of::raw_word(event) == 0);
  });
}

}  // namespace
