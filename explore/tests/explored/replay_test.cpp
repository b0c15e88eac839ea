// Failures that are run again by their schedules, with nothing else given, and what reports say of how.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "explore/explore.hpp"
#include "wait_once.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

options named(const char* name) {
  options how;
  how.name = name;
  return how;
}

report replayed_alone(void (*program)(), const report& found, const char* name) {
  options how = named(name);
  how.replay = found.schedule;
  return check(program, how);
}

void expect_same_alone(void (*program)(), const report& found, const char* name) {
  const report again = replayed_alone(program, found, name);
  EXPECT_EQ(again.kind, found.kind) << again;
  EXPECT_EQ(again.schedule, found.schedule);
}

// Nobody tells them anything. No destructor ends them under who waits.
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t never_told = PTHREAD_COND_INITIALIZER;

// Its sleeper wakes for no reason as often as it may, and sleeps on while the first thread spins.
void spin_beside_a_sleeper() {
  static std::atomic<bool> never, has_woken;
  std::thread([] {
    ::pthread_mutex_lock(&mutex);
    ::pthread_cond_wait(&never_told, &mutex);
    has_woken = true;
    for (;;) ::pthread_cond_wait(&never_told, &mutex);
  }).detach();
  if (!has_woken) return;
  while (!never) {
  }
}

void count_to_two_hundred() {
  std::atomic<int> count{0};
  while (++count != 200) {
  }
}

void fail_after_six_thousand_steps() {
  std::atomic<int> count{0};
  while (++count != 6000) {
  }
  assert(false);
}

void fail_late() {
  std::atomic<int> count{0};
  std::thread other([&] { ++count; });
  for (int i = 0; i < 30; ++i) ++count;
  other.join();
  assert(count == 0);
}

std::string first_word_of_this_process() {
  std::string word;
  std::ifstream line("/proc/self/cmdline");
  std::getline(line, word, '\0');
  return word;
}

}  // namespace

TEST(Replay, AWakeUpForNoReasonNeedsTheScheduleAlone) {
  for (const strategy each : {strategy::exhaustive, strategy::bounded, strategy::random}) {
    options how = named("once");
    how.search = each;
    how.spurious_wake_ups = 1;
    const report found = check(wait_once, how);
    ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
    expect_same_alone(wait_once, found, "once");
  }
}

TEST(Replay, AsManyWakeUpsForNoReasonAreMadeAsTheSearchHad) {
  options how = named("sleeper");
  how.spurious_wake_ups = 1;
  const report found = check(spin_beside_a_sleeper, how);
  ASSERT_EQ(found.kind, verdict::livelock) << found;
  expect_same_alone(spin_beside_a_sleeper, found, "sleeper");
}

// Nobody competes with the wake-ups of a thread that nobody tells.
TEST(Replay, TheWakeUpsOfAThreadThatNobodyTellsAreExplored) {
  const auto program = [] {
    static std::atomic<int> count;
    std::thread([] {
      ::pthread_mutex_lock(&mutex);
      ::pthread_cond_wait(&never_told, &mutex);
      ++count;
      ::pthread_cond_wait(&never_told, &mutex);
      ++count;
    }).detach();
    for (int i = 0; i < 3; ++i) static_cast<void>(count.load());
  };
  options how = named("never_told");
  how.spurious_wake_ups = 2;
  how.search = strategy::exhaustive;
  const report reduced = check(program, how);
  how.search = strategy::depth_first;
  const report plain = check(program, how);
  ASSERT_TRUE(reduced.complete && plain.complete) << reduced << plain;
  EXPECT_EQ(reduced.states, plain.states) << reduced << plain;
  EXPECT_EQ(reduced.digest, plain.digest);
  EXPECT_GT(reduced.executions, 2U);
}

TEST(Replay, AnExecutionThatIsTooLongIsAVerdictAndItsLimitPartOfTheSchedule) {
  options how = named("long");
  how.steps = 50;
  const report found = check(count_to_two_hundred, how);
  ASSERT_EQ(found.kind, verdict::step_limit) << found;
  EXPECT_NE(found.text.find("an execution has not ended after 50 steps"), std::string::npos) << found;
  expect_same_alone(count_to_two_hundred, found, "long");
}

TEST(Replay, AFailureBeyondTheUsualLimitNeedsTheScheduleAlone) {
  EXPECT_EQ(check(fail_after_six_thousand_steps, named("far")).kind, verdict::step_limit);
  options how = named("far");
  how.steps = 10'000;
  const report found = check(fail_after_six_thousand_steps, how);
  ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
  expect_same_alone(fail_after_six_thousand_steps, found, "far");
}

TEST(Replay, TheLimitIsTheScheduleSOwnWhateverTheReplayIsGiven) {
  const report late = check(fail_late, named("late"));
  options how = named("late");
  how.replay = late.schedule;
  how.steps = 10;
  EXPECT_EQ(check(fail_late, how).kind, verdict::failed_assertion);
  const report cut = check(fail_after_six_thousand_steps, named("far"));
  ASSERT_EQ(cut.kind, verdict::step_limit) << cut;
  how = named("far");
  how.replay = cut.schedule;
  how.steps = 20'000;
  EXPECT_EQ(check(fail_after_six_thousand_steps, how).kind, verdict::step_limit);
}

TEST(Replay, ASearchWithTheUsualLimitsLeavesNoMarkInTheSchedule) {
  const report found = check(fail_late, named("late"));
  EXPECT_NE(found.schedule.substr(found.schedule.rfind('.')).find('-'), std::string::npos) << found.schedule;
}

TEST(Replay, TheReportOfACheckNamesTheVariableAndThisProcess) {
  const report found = check(fail_late, named("late"));
  EXPECT_NE(found.text.find("replay:   QUIESCE_EXPLORE_REPLAY=" + found.schedule + " " + first_word_of_this_process()),
            std::string::npos)
      << found;
  EXPECT_EQ(found.text.find("quiesce explore"), std::string::npos) << "there is no program of that name";
  ::setenv("QUIESCE_EXPLORE_REPLAY", found.schedule.c_str(), 1);
  const report again = check(fail_late, named("late"));
  const report other = check(fail_late, named("other"));
  ::unsetenv("QUIESCE_EXPLORE_REPLAY");
  EXPECT_EQ(again.executions, 1U) << again;
  EXPECT_EQ(again.schedule, found.schedule);
  EXPECT_NE(other.schedule, found.schedule) << "the schedule is of another name";
}
