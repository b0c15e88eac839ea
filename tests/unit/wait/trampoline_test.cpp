#include "wait/trampoline.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "wait/thread_record.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using log = std::vector<std::string>;

/// A call that writes down what becomes of it.
class noted_call final : public q::inline_call {
 public:
  noted_call(log& to, std::string name, std::function<void()> action = {})
      : to_(to), name_(std::move(name)), action_(std::move(action)) {}

 private:
  void run_inline() noexcept override {
    to_.push_back(name_ + " begins");
    if (action_) action_();
    to_.push_back(name_ + " ends");
  }
  void hand_over() noexcept override { to_.push_back(name_ + " is handed over"); }

  log& to_;
  const std::string name_;
  const std::function<void()> action_;
};

TEST(Trampoline, RunsWhatIsQueuedInItsOrderAndNotBeforeItIsToldTo_A7) {
  q::trampoline trampoline;
  log seen;
  noted_call a(seen, "a"), b(seen, "b");
  trampoline.append(a);
  trampoline.append(b);
  EXPECT_EQ(seen, log{});
  trampoline.run();
  EXPECT_EQ(seen, (log{"a begins", "a ends", "b begins", "b ends"}));
  trampoline.run();
  EXPECT_EQ(seen.size(), 4u);
}

TEST(Trampoline, WhatACallQueuesRunsAfterItAndNotInsideIt_A7) {
  q::trampoline trampoline;
  log seen;
  noted_call c(seen, "c"), d(seen, "d");
  noted_call a(seen, "a", [&] {
    trampoline.append(c);
    trampoline.run();
    trampoline.append(d);
    trampoline.run();
  });
  noted_call b(seen, "b");
  trampoline.append(a);
  trampoline.append(b);
  trampoline.run();
  EXPECT_EQ(seen, (log{"a begins", "a ends", "b begins", "b ends", "c begins", "c ends", "d begins", "d ends"}));
}

TEST(Trampoline, ACallMayQueueItselfAnewWhileItRuns_A7) {
  q::trampoline trampoline;
  log seen;
  int left = 3;
  std::unique_ptr<noted_call> again;
  again = std::make_unique<noted_call>(seen, "again", [&] {
    if (--left != 0) trampoline.append(*again);
  });
  trampoline.append(*again);
  trampoline.run();
  EXPECT_EQ(left, 0);
  EXPECT_EQ(seen.size(), 6u);
}

TEST(Trampoline, HandsOverWhatHasNotBegunInItsOrderAndGoesOnAfterwards_A7) {
  q::trampoline trampoline;
  log seen;
  noted_call b(seen, "b"), c(seen, "c"), d(seen, "d");
  noted_call a(seen, "a", [&] {
    trampoline.hand_over();
    trampoline.append(d);
  });
  trampoline.append(a);
  trampoline.append(b);
  trampoline.append(c);
  trampoline.run();
  EXPECT_EQ(seen, (log{"a begins", "b is handed over", "c is handed over", "a ends", "d begins", "d ends"}));
}

TEST(Trampoline, OfAThreadIsHandedOverWhenItBlocksInAWaitAndNotWhenItOnlyLooks_A7) {
  log seen;
  noted_call call(seen, "call");
  const q::auto_reset_event event(true);
  q::trampoline& own = q::thread_record::current().inline_calls;
  own.append(call);
  EXPECT_TRUE(q::wait(event));
  EXPECT_FALSE(q::try_wait(event));
  EXPECT_EQ(seen, log{});
  EXPECT_FALSE(q::wait_for(event, 1ms));
  EXPECT_EQ(seen, log{"call is handed over"});
}

}  // namespace
