// Each bug of a caller is answered with the rule, the object's name where it has one, and the caller's place.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "answer.hpp"
#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

q::auto_reset_event moved_from() {
  q::auto_reset_event event;
  const q::auto_reset_event taken(std::move(event));
  return event;
}

TEST(CallersBugs, ANullHandleInAWaitIsAnswered_J4) {
  const q::auto_reset_event null = moved_from();
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait(null)); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::try_wait(null)); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_for(null, 1s)); }), "null handle");
}

TEST(CallersBugs, ANullHandleAmongSeveralIsAnsweredThoughALowerOneIsSignalled_J4_B2) {
  const q::auto_reset_event null = moved_from();
  const q::auto_reset_event signalled(true);
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_any({signalled, null})); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::try_wait_any({signalled, null})); }), "null handle");
  EXPECT_TRUE(q::try_wait(signalled)) << "and nothing was taken";
}

TEST(CallersBugs, AWaitForNothingIsAnswered_J4_B2) {
  const q::handles none;
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_any(none)); }), "no handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_any_for(none, 1s)); }), "no handle");
}

TEST(CallersBugs, RegisteringAWaitForANullHandleIsAnswered_J4) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event null = moved_from();
  expect_rule_and_place(answer_to([&] {
                          const q::registered_wait wait =
                              pool.register_wait(null, [](q::callback_scope&) {}, q::repeat::once,
                                                 q::time_limit::none(), {.name = "reader"});
                        }),
                        "null handle [reader]");
}

TEST(CallersBugs, ANameForANullHandleIsAnswered_J4) {
  q::auto_reset_event null = moved_from();
  expect_rule_and_place(answer_to([&] { null.set_name("x"); }), "null handle");
}

TEST(CallersBugs, TheStatusOfAProcessThatRunsIsAnsweredWithItsName_J4) {
  q::process child = q::process::spawn({"sleep", "1000"});
  child.set_name("sleeper");
  expect_rule_and_place(answer_to([&] { static_cast<void>(child.status()); }), "while it runs [sleeper]");
  child.send(9);
  EXPECT_TRUE(q::wait_for(child, 30s));
}

TEST(CallersBugs, ANullProcessIsAnswered_J4) {
  q::process child = q::process::spawn({"true"});
  const q::process taken(std::move(child));
  expect_rule_and_place(answer_to([&] { static_cast<void>(child.pid()); }), "null process");
  EXPECT_TRUE(q::wait_for(taken, 30s));
}

std::string answer_to_a_pool(q::pool_options options) {
  return answer_to([&] { const q::thread_pool pool(std::move(options)); });
}

TEST(CallersBugs, OptionsOfAPoolThatContradictEachOtherAreAnsweredWithTheirValues_J4_C9) {
  expect_rule_and_place(answer_to_a_pool({.name = "own", .running = 5, .maximum = 4}),
                        "more callbacks than it may have threads (minimum 0, running 5, maximum 4) [own]");
  expect_rule_and_place(answer_to_a_pool({.minimum = 7, .running = 2, .maximum = 4}),
                        "keep more threads than it may have (minimum 7, running 2, maximum 4)");
}

TEST(CallersBugs, AHandlerForExceptionsThatIsMissingOrWouldNotBeCalledIsAnswered_J4_C11) {
  expect_rule_and_place(answer_to_a_pool({.exceptions = q::on_exception::handler}), "was given none");
  expect_rule_and_place(answer_to_a_pool({.handler = [](const std::exception_ptr&) {}}), "to terminate instead");
}

const q::wait_options inline_options{.name = "inline", .where = q::run_on::signalling_thread};

TEST(CallersBugs, WhatNobodySignalsIsRefusedOnTheSignallingThread_J4_C4) {
  q::thread_pool pool({.running = 1});
  EXPECT_THROW(pool.post([] {}, q::run_on::signalling_thread), std::invalid_argument);
  const auto make_work = [&] {
    const q::pool_work work(pool, [] {}, {.name = "refill", .where = q::run_on::signalling_thread});
  };
  const auto make_timer = [&] {
    const q::pool_timer timer(pool, [] {}, {.name = "tick", .where = q::run_on::signalling_thread});
  };
  EXPECT_THROW(make_work(), std::invalid_argument);
  EXPECT_THROW(make_timer(), std::invalid_argument);
  EXPECT_NE(answer_to(make_work).find("a work was made for the signalling thread, but nobody signals it [refill]"),
            std::string::npos);
  EXPECT_NE(answer_to(make_timer).find("a timer was made for the signalling thread, but nobody signals it [tick]"),
            std::string::npos);
  EXPECT_EQ(pool.stop().status, q::stop_status::stopped) << "nothing was left behind";
}

TEST(CallersBugs, RegisteringAWaitOnTheSignallingThreadForWhatTheLibrarySignalsIsAnswered_J4_C4) {
  q::thread_pool pool({.running = 1});
  const auto answer_to_waiting_for = [&](const q::handle& object) {
    return answer_to([&] {
      const q::registered_wait wait = pool.register_wait(
          object, [](q::callback_scope&) {}, q::repeat::once, q::time_limit::none(), inline_options);
    });
  };
  q::timer timer;
  timer.set_name("tick");
  expect_rule_and_place(answer_to_waiting_for(timer), "what no program signals [tick]");
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  expect_rule_and_place(answer_to_waiting_for(q::descriptor(ends[0], q::descriptor::readiness::readable)),
                        "what no program signals");
  ::close(ends[0]);
  ::close(ends[1]);
  expect_rule_and_place(answer_to_waiting_for(q::file_watch("/")), "what no program signals");
  expect_rule_and_place(answer_to_waiting_for(q::os_signal(SIGUSR1)), "what no program signals");
  q::process child = q::process::spawn({"true"});
  expect_rule_and_place(answer_to_waiting_for(child), "what no program signals");
  EXPECT_TRUE(q::wait_for(child, 30s));
}

class CallersBugsDeathTest : public testing::Test {
 protected:
  CallersBugsDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(CallersBugsDeathTest, ANullEventEndsTheProcessWithThePlace_J4) {
  EXPECT_DEATH(moved_from().set(), "null handle was used.*callers_bugs_test.cpp:");
  EXPECT_DEATH(moved_from().reset(), "null handle was used.*callers_bugs_test.cpp:");
  EXPECT_DEATH(moved_from().pulse(), "null handle was used.*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, AMutexThatACallbackHasUnlockedCannotBeUnlockedAtItsReturn_A6_C9_J4) {
  const auto unlock_twice = [] {
    q::thread_pool pool({.running = 1});
    q::mutex mutex;
    q::registered_wait wait{pool, [&](q::callback_scope& scope) {
                              scope.set_on_return(mutex);
                              mutex.unlock();
                            }};
    wait.arm(mutex);
    wait.wait_for_callbacks();
  };
  EXPECT_DEATH(unlock_twice(), "does not own.*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, ArmingWithANullHandleEndsTheProcessWithThePlace_J4) {
  const auto arm = [] {
    q::thread_pool pool({.running = 1});
    q::registered_wait wait{pool, [](q::callback_scope&) {}, {.name = "hopeful"}};
    wait.arm(moved_from());
  };
  EXPECT_DEATH(arm(), "armed with a null handle .hopeful. .*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest,
       ArmingAWaitOnTheSignallingThreadWithWhatTheLibrarySignalsEndsTheProcessWithThePlace_J4_C4) {
  const auto arm = [](auto object_of) {
    q::thread_pool pool({.running = 1});
    q::timer timer;
    q::registered_wait wait{pool, [](q::callback_scope&) {}, inline_options};
    wait.arm(object_of(timer, wait));
  };
  const auto timer = [](q::timer& own, q::registered_wait&) { return q::handle_ref(own); };
  const auto stopped = [](q::timer&, q::registered_wait& own) { return own.stopped(); };
  EXPECT_DEATH(arm(timer), "armed with what no program signals.*callers_bugs_test.cpp:");
  EXPECT_DEATH(arm(stopped), "armed with what no program signals.*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, AnExceptionThatLeavesACallbackOnTheSignallingThreadEndsTheProcess_C11) {
  const auto leave = [] {
    q::thread_pool pool({.running = 1});
    q::auto_reset_event event;
    q::registered_wait wait{pool, [](q::callback_scope&) { throw std::runtime_error("out of a callback"); },
                            inline_options};
    wait.arm(event);
    try {
      event.set();
    } catch (...) {
    }
  };
  EXPECT_DEATH(leave(), "out of a callback");
}

TEST_F(CallersBugsDeathTest, ANullRegisteredWaitEndsTheProcessWithThePlace_J4) {
  const auto stop = [] {
    q::thread_pool pool({.running = 1});
    q::registered_wait wait{pool, [](q::callback_scope&) {}};
    const q::registered_wait taken(std::move(wait));
    wait.stop();
  };
  EXPECT_DEATH(stop(), "null registered wait.*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, ANegativePeriodEndsTheProcessWithThePlace_J4) {
  const auto set = [] {
    q::timer timer;
    timer.set(1s, -1s);
  };
  EXPECT_DEATH(set(), "negative period.*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, AnExceptionThatLeavesACallbackEndsTheProcess_C11) {
  const auto leave = [] {
    q::thread_pool pool({.running = 1});
    q::auto_reset_event event(true);
    const q::registered_wait wait =
        pool.register_wait(event, [](q::callback_scope&) { throw std::runtime_error("out of a callback"); });
    static_cast<void>(q::wait_for(q::auto_reset_event(), 30s));
  };
  EXPECT_DEATH(leave(), "out of a callback");
}

TEST_F(CallersBugsDeathTest, WhatIsNoEventCannotBeSetAtTheReturnOfACallback_C9_J4) {
  const auto ask = [](auto set) {
    q::thread_pool pool({.running = 1});
    q::pool_work work(pool, [&](q::callback_scope& s) { set(s); }, {.name = "giver"});
    work.submit();
    pool.stop();
  };
  EXPECT_DEATH(ask([](q::callback_scope& s) { s.set_on_return(moved_from()); }),
               "null handle.*.giver. .*callers_bugs_test.cpp:");
  const q::timer timer;
  EXPECT_DEATH(ask([&](q::callback_scope& s) { s.set_on_return(timer); }), "no event.*callers_bugs_test.cpp:");
  EXPECT_DEATH(ask([](q::callback_scope& s) { s.set_on_return(q::semaphore(1, 1)); }),
               "semaphore at its maximum.*callers_bugs_test.cpp:");
  EXPECT_DEATH(ask([](q::callback_scope& s) { s.set_on_return(q::mutex()); }), "does not own.*callers_bugs_test.cpp:");
  const auto five = [](q::callback_scope& s) {
    const q::auto_reset_event event;
    for (int i = 0; i < 5; ++i) s.set_on_return(event);
  };
  EXPECT_DEATH(ask(five), "more than four.*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, AMemberOfOneGroupCannotJoinAnother_C9_J4) {
  const auto join = [] {
    q::thread_pool pool({.running = 1});
    q::pool_work work(pool, [] {}, {.name = "both"});
    q::stop_group one, other;
    static_cast<void>(one.add(work));
    static_cast<void>(other.add(work));
  };
  EXPECT_DEATH(join(), "one stop group was added to another .both. .*callers_bugs_test.cpp:");
}

TEST_F(CallersBugsDeathTest, ANegativePeriodOrWindowOfAPoolTimerEndsTheProcess_C7_J4) {
  const auto set = [](std::chrono::nanoseconds period, std::chrono::nanoseconds window) {
    q::thread_pool pool({.running = 1});
    q::pool_timer timer(pool, [] {});
    timer.set(1s, period, window);
  };
  EXPECT_DEATH(set(-1s, 0s), "negative period.*callers_bugs_test.cpp:");
  EXPECT_DEATH(set(0s, -1s), "negative window.*callers_bugs_test.cpp:");
}

}  // namespace
