// Bugs of the callers of waits for several objects, and of what is owned or counted: each is answered with the rule, the
// object's name where it has one, and the caller's place.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

#include "answer.hpp"
#include "quiesce/quiesce.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

template <class Handle>
Handle moved_from(Handle handle) {
  const Handle taken(std::move(handle));
  return handle;
}

TEST(WaitsAndOwners, ANullHandleInAWaitForAllIsAnsweredAndNothingIsTaken_J4_B3) {
  const q::auto_reset_event null = moved_from(q::auto_reset_event());
  const q::auto_reset_event signalled(true);
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_all({signalled, null})); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::try_wait_all({null})); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_all_for({signalled, null}, 1s)); }), "null handle");
  EXPECT_TRUE(q::try_wait(signalled));
}

TEST(WaitsAndOwners, AWaitForAllOfNothingIsAnswered_J4_B3) {
  const q::handles none;
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_all(none)); }), "no handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::try_wait_all(none)); }), "no handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_all_until(none, q::never)); }), "no handle");
}

TEST(WaitsAndOwners, AnObjectGivenTwiceToAWaitForAllIsAnsweredWithItsName_J4_B3) {
  q::auto_reset_event event(true);
  event.set_name("ready");
  const q::auto_reset_event again = event.duplicate();
  expect_rule_and_place(answer_to([&] {
                          static_cast<void>(q::wait_all({event, q::semaphore(1), again}));
                        }),
                        "given twice to a wait for all [ready]");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::try_wait_all({again, event})); }), "[ready]");
}

TEST(WaitsAndOwners, ANullHandleInASignalAndWaitIsAnsweredAndNothingIsSignalled_J4_B4) {
  const q::auto_reset_event null = moved_from(q::auto_reset_event());
  const q::auto_reset_event event;
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::signal_and_wait(event, null)); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::signal_and_wait_for(null, event, 1s)); }), "null handle");
  EXPECT_FALSE(q::try_wait(event));
}

TEST(WaitsAndOwners, SignallingWhatNobodySignalsByHandIsAnsweredWithItsName_J4_B4) {
  q::timer timer;
  timer.set_name("tick");
  const q::auto_reset_event event;
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::signal_and_wait(timer, event)); }),
                        "no event, semaphore or mutex [tick]");
}

TEST(WaitsAndOwners, UnlockingAMutexOfAnotherThreadIsAnsweredWithItsName_J4_A6) {
  q::mutex mutex;
  mutex.set_name("accounts");
  const q::auto_reset_event event(true);
  const std::string rule = "unlocked by a thread that does not own it [accounts]";
  expect_rule_and_place(answer_to([&] { mutex.unlock(); }), rule);
  mutex.lock();
  std::thread([&] {
    expect_rule_and_place(answer_to([&] { mutex.unlock(); }), rule);
    expect_rule_and_place(answer_to([&] { static_cast<void>(q::signal_and_wait(mutex, event)); }), rule);
  }).join();
  mutex.unlock();
  EXPECT_TRUE(q::try_wait(event)) << "not waited for";
}

TEST(WaitsAndOwners, LockingAMutexTooOftenIsAnsweredWithItsName_J4_A6) {
  q::mutex mutex;
  mutex.set_name("deep");
  for (int turn = 0; turn < 524287; ++turn) mutex.lock();
  const std::string rule = "more than 524287 times [deep]";
  expect_rule_and_place(answer_to([&] { mutex.lock(); }), rule);
  expect_rule_and_place(answer_to([&] { static_cast<void>(mutex.try_lock()); }), rule);
  expect_rule_and_place(answer_to([&] { static_cast<void>(mutex.try_lock_for(1s)); }), rule);
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_any({mutex})); }), rule);
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::wait_all_for({mutex}, 1s)); }), rule);
  expect_rule_and_place(answer_to([&] { static_cast<void>(q::signal_and_wait(q::auto_reset_event(), mutex)); }), rule);
  for (int turn = 0; turn < 524287; ++turn) mutex.unlock();
}

TEST(WaitsAndOwners, ANullMutexOrSemaphoreIsAnswered_J4) {
  q::mutex mutex = moved_from(q::mutex());
  q::semaphore semaphore = moved_from(q::semaphore(0));
  expect_rule_and_place(answer_to([&] { mutex.lock(); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(mutex.try_lock()); }), "null handle");
  expect_rule_and_place(answer_to([&] { static_cast<void>(mutex.try_lock_for(1s)); }), "null handle");
  expect_rule_and_place(answer_to([&] { mutex.unlock(); }), "null handle");
  expect_rule_and_place(answer_to([&] { semaphore.release(); }), "null handle");
}

TEST(WaitsAndOwners, ASemaphoreThatCannotCountAsItIsMadeIsAnsweredWithTheValues_J4) {
  expect_rule_and_place(answer_to([] { const q::semaphore made(0, 0); }), "maximum of 0");
  expect_rule_and_place(answer_to([] { const q::semaphore made(8, 7); }), "count of 8 above its maximum of 7");
}

TEST(WaitsAndOwners, UnlockingAMutexThatIsHeldForACallbackIsAnsweredAndChangesNothing_A6_J4) {
  q::thread_pool pool({.running = 1});
  support::held_worker worker(pool);
  q::mutex mutex;
  mutex.set_name("accounts");
  q::registered_wait wait(pool, [&](q::callback_scope&) { mutex.unlock(); });
  wait.arm(mutex);
  const std::string answer = answer_to([&] { mutex.unlock(); });
  expect_rule_and_place(answer, "does not own it");
  EXPECT_NE(answer.find("accounts"), std::string::npos) << answer;
  worker.release();
  wait.wait_for_callbacks();
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::signalled) << "the callback did own it";
  mutex.unlock();
}

TEST(WaitsAndOwners, ALongNameLeavesRoomForThePlace_J4) {
  q::mutex mutex;
  mutex.set_name(std::string(2000, 'x'));
  const std::string answer = answer_to([&] { mutex.unlock(); });
  expect_rule_and_place(answer, "[xxx");
}

}  // namespace
