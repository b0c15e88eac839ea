// A registered wait for a descriptor, and its limit, when the library's own thread comes late.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_reactor.hpp"
#include "support/held_teller.hpp"
#include "support/sockets.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using clock = std::chrono::steady_clock;

// That thread is told of another descriptor and that some limit has passed, in one report, and is held in the first.
class late_reactor {
 public:
  late_reactor() {
    if (!first_.is_held()) return;
    const clock::time_point due = clock::now();
    early_.set(due);
    other_.write(1);
    // The kernel sees to it that what has passed can be read before what comes later.
    if (!eventually([&] { return clock::now() > due + 1ms; })) return;
    first_.release();
    is_held_ = eventually([&] { return second_.is_telling(); });
  }
  bool is_held() const { return is_held_; }
  void release() { second_.release(); }

 private:
  q::thread_pool pool_{{.running = 1}};
  q::pool_timer early_{pool_, [] {}};
  support::sockets other_;
  q::descriptor readable_{other_[0], q::descriptor::readiness::readable};
  support::held_teller second_{readable_};
  support::held_reactor first_;
  bool is_held_ = false;
};

TEST(LimitsAndDescriptors, WhatWasReadyBeforeTheLimitEndsTheWaitThoughBothAreLookedAtLate_B5_C6) {
  q::thread_pool pool({.running = 1});
  for (std::chrono::nanoseconds limit = 5ms;; limit *= 2) {
    const support::sockets pair;
    const q::descriptor readable(pair[0], q::descriptor::readiness::readable);
    std::atomic<int> calls{0};
    q::wait_status ended_as{};
    q::registered_wait wait(pool, [&](q::callback_scope& s) {
      ended_as = s.result().status;
      ++calls;
    });
    late_reactor reactor;
    ASSERT_TRUE(reactor.is_held());
    const clock::time_point until = clock::now() + limit;
    wait.arm(readable, until);
    pair.write(1);
    const bool was_in_time = clock::now() < until;
    ASSERT_TRUE(eventually([&] { return clock::now() > until; }));
    reactor.release();
    ASSERT_TRUE(eventually([&] { return calls == 1; }));
    if (!was_in_time) continue;  // on a slow machine: once more, with more time
    EXPECT_EQ(ended_as, q::wait_status::signalled);
    return;
  }
}

}  // namespace
