// The last paragraph: who did what to whom, for each kind of failure.
#include "text_story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "recording.hpp"

namespace {

using explore::op;
using explore::outcome;
using explore::traced_event;
using explore::verdict;
using namespace recorded;

// On one line, since the places before it are of any length.
std::string words(const recording& made, verdict kind) {
  std::string text = made.text(kind);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

traced_event& atomic(recording& made, unsigned thread, op what, std::uint64_t before, std::uint64_t after) {
  traced_event& event = made.step(thread, what, address_of(lost_updates));
  event.before = before;
  event.after = after;
  return event;
}

void says(recording& made, const char* message) { std::strcpy(made.trace->message, message); }

recording lost_update() {
  recording made;
  atomic(made, 0, op::load, 0, 0);
  made.step(1, op::thread_start).deviation = true;
  atomic(made, 1, op::store, 0, 1);
  atomic(made, 0, op::store, 0, 2);
  return made;
}

}  // namespace

TEST(TextStory, AnAssertionIsQuotedAndWhoCameInBetweenIsTold) {
  recording made = lost_update();
  says(made, "a.cpp:3: int main(): assertion `total == 2' failed");
  const std::string text = words(made, verdict::failed_assertion);
  EXPECT_TRUE(contains(text, "main found its expectation `total == 2' broken.")) << text;
  EXPECT_TRUE(contains(text,
                       "Between main's step 1 (lost_updates.load() -> 0) and its step 4 (lost_updates.store(2)) "
                       "thread 1 made its steps 2 to 3."))
      << text;
}

TEST(TextStory, AnAssertionTellsWhatWasReadLastAndWhoHadStoredIt) {
  recording made = lost_update();
  atomic(made, 1, op::store, 2, 7);
  atomic(made, 0, op::load, 7, 0);
  EXPECT_TRUE(contains(words(made, verdict::failed_assertion),
                       "It had last read lost_updates == 7, in step 6, as thread 1 had stored in step 5."));
}

TEST(TextStory, AChangeAfterAnothersIsTold) {
  recording made;
  atomic(made, 1, op::fetch_add, 0, 1);
  atomic(made, 0, op::fetch_add, 1, 2);
  EXPECT_TRUE(
      contains(words(made, verdict::failed_assertion),
               "The last that it did to an atomic was step 2 (lost_updates.fetch_add 1 -> 2), after thread 1 had "
               "changed it in step 1."));
}

TEST(TextStory, AStaleReadTellsWhatItMissed) {
  recording made;
  atomic(made, 1, op::store, 0, 1);
  atomic(made, 0, op::load, 0, 1).is_stale = true;
  EXPECT_TRUE(contains(words(made, verdict::failed_assertion),
                       "In step 2 main read lost_updates == 0, which is stale: thread 1 had stored 1 in step 1, and "
                       "nothing orders that before the load."));
}

TEST(TextStory, AThreadThatNeverGoesOnWasOvertaken) {
  recording made;
  made.step(0, op::lock, heap);
  made.step(1, op::thread_start).deviation = true;
  EXPECT_TRUE(contains(words(made, verdict::died_by_signal),
                       "After main's step 1 (mutex 1.lock()) thread 1 made its step 2 (start)."));
}

TEST(TextStory, ATimeOutThatCameEarlyIsTold) {
  recording made;
  made.step(0, op::cond_wait, heap);
  made.step(0, op::cond_timed_out, heap).deviation = true;
  EXPECT_TRUE(
      contains(words(made, verdict::failed_assertion),
               "In step 2 (condition variable 1.wait() times out) main ran out of time while others could go on."));
}

TEST(TextStory, OfManyDeviationsTheLastTwoAreTold) {
  recording made;
  for (unsigned i = 0; i < 6; ++i) made.step(i % 2, op::lock, heap).deviation = i != 0;
  const std::string text = words(made, verdict::failed_assertion);
  EXPECT_FALSE(contains(text, "Between main's step 1 "));
  EXPECT_TRUE(contains(text, "Between thread 1's step 4 "));
  EXPECT_TRUE(contains(text, "After main's step 5 "));
}

TEST(TextStory, ACrashAndABadEndTellTheirReason) {
  recording made;
  says(made, "SIGSEGV, address 0");
  EXPECT_TRUE(contains(words(made, verdict::died_by_signal), "main crashed: SIGSEGV, address 0."));
  says(made, "main() returned 7");
  EXPECT_TRUE(contains(words(made, verdict::failed_exit), "with a status that is not 0: main() returned 7."));
  says(made, "nobody catches an exception of type int");
  EXPECT_TRUE(contains(words(made, verdict::uncaught_exception),
                       "An exception left main: nobody catches an exception of type int."));
}

TEST(TextStory, ABrokenRuleIsNamedWithThoseWhoWait) {
  recording made;
  says(made, "a condition variable is destroyed while thread 1 waits on it");
  made.waits(1, op::cond_wait, heap);
  const std::string text = words(made, verdict::bad_use);
  EXPECT_TRUE(contains(text, "main broke a rule of what it called: a condition variable is destroyed")) << text;
  EXPECT_TRUE(contains(text, "Thread 1 waits on condition variable 1 for a notification")) << text;
}

TEST(TextStory, ARingTellsWhereEachLockWasTaken) {
  recording made;
  made.step(0, op::lock, heap);
  made.step(1, op::lock, heap + 64);
  made.waits(0, op::lock, heap + 64, 1);
  made.waits(1, op::lock, heap, 0);
  const std::string text = words(made, verdict::deadlock);
  EXPECT_TRUE(contains(text,
                       "main holds mutex 1, locked in step 1, and waits for mutex 2, which thread 1 holds; thread 1 "
                       "holds mutex 2, locked in step 2, and waits for mutex 1, which main holds."))
      << text;
}

TEST(TextStory, ASpinningThreadIsToldWithWhatItFinds) {
  recording made;
  atomic(made, 1, op::store, 0, 1);
  atomic(made, 0, op::load, 1, 0);
  made.waits(0, op::yield, 0);
  EXPECT_TRUE(contains(words(made, verdict::livelock),
                       "main goes round, where it finds lost_updates == 1, stored by thread 1 in step 1."));
}

TEST(TextStory, ASleeperOnAWordThatNobodyChangedIsToldSo) {
  recording made;
  made.step(0, op::futex_wait, address_of(lost_updates)).how = outcome::blocked;
  made.waits(0, op::futex_wait, address_of(lost_updates));
  EXPECT_TRUE(contains(words(made, verdict::blocked), "Nobody has ever changed lost_updates."));
  atomic(made, 1, op::store, 0, 0);
  EXPECT_TRUE(contains(words(made, verdict::blocked), "Nobody has ever woken a thread on lost_updates."));
}

TEST(TextStory, ADoubleFreeNamesBothWhoFree) {
  recording made;
  made.block(heap, 32, 3);
  made.accesses(op::heap_free, op::heap_free, heap);
  const std::string text = words(made, verdict::double_free);
  EXPECT_TRUE(contains(text, "Thread 1 frees heap block 3")) << text;
  EXPECT_TRUE(contains(text, "main frees heap block 3 again")) << text;
}
