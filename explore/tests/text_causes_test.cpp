// Which step of another thread a step answers to.
#include "text_causes.hpp"

#include <gtest/gtest.h>

#include "recording.hpp"

namespace {

using explore::causes_in;
using explore::no_cause;
using explore::op;
using explore::outcome;
using namespace recorded;

using causes = std::vector<std::size_t>;

recording with_stores() {
  recording made;
  made.step(0, op::store, heap).after = 1;
  made.step(0, op::store, heap).after = 2;
  return made;
}

}  // namespace

TEST(TextCauses, ALoadAnswersToTheStoreThatItReads) {
  recording made = with_stores();
  made.step(1, op::load, heap).before = 2;
  EXPECT_EQ(causes_in(*made.trace), (causes{no_cause, no_cause, 1}));
}

TEST(TextCauses, AStaleLoadAnswersToTheOlderStore) {
  recording made = with_stores();
  explore::traced_event& load = made.step(1, op::load, heap);
  load.before = 1;
  load.is_stale = true;
  EXPECT_EQ(causes_in(*made.trace), (causes{no_cause, no_cause, 0}));
}

TEST(TextCauses, AValueThatNobodyHasStoredHasNoCause) {
  recording made = with_stores();
  made.step(1, op::load, heap).before = 7;
  made.step(1, op::load, heap + 8).before = 2;
  EXPECT_EQ(causes_in(*made.trace), (causes{no_cause, no_cause, no_cause, no_cause}));
}

TEST(TextCauses, OnlyTheFirstLoadOfAStoreAndNoneOfOnesOwn) {
  recording made = with_stores();
  made.step(1, op::load, heap).before = 2;
  made.step(1, op::load, heap).before = 2;
  made.step(0, op::load, heap).before = 2;
  EXPECT_EQ(causes_in(*made.trace), (causes{no_cause, no_cause, 1, no_cause, no_cause}));
}

TEST(TextCauses, ALockAnswersToTheUnlockAndAFailedOneToNothing) {
  recording made;
  made.step(0, op::lock, heap);
  made.step(1, op::try_lock, heap).how = outcome::failed;
  made.step(0, op::unlock, heap);
  made.step(1, op::lock, heap);
  EXPECT_EQ(causes_in(*made.trace), (causes{no_cause, no_cause, no_cause, 2}));
}

TEST(TextCauses, AMutexThatAWaiterHasGivenBackAnswersToNoEarlierUnlock) {
  recording made;
  made.step(0, op::unlock, heap);
  made.step(1, op::lock, heap);
  made.step(1, op::cond_wait, heap + 64);
  made.step(1, op::lock, heap);
  EXPECT_EQ(causes_in(*made.trace)[3], no_cause);
}

TEST(TextCauses, AWakeUpAnswersToItsNotification) {
  recording made(3);
  made.step(1, op::cond_wait, heap);
  made.step(0, op::cond_signal, heap).other_thread = 1;
  made.step(0, op::cond_signal, heap).other_thread = 2;
  made.step(1, op::cond_woken, heap);
  EXPECT_EQ(causes_in(*made.trace)[3], 1u);
}

TEST(TextCauses, ASpuriousWakeUpAnswersToNothing) {
  recording made;
  made.step(1, op::cond_wait, heap);
  made.step(0, op::cond_signal, heap);
  made.step(1, op::cond_woken, heap).how = outcome::failed;
  EXPECT_EQ(causes_in(*made.trace)[2], no_cause);
}

TEST(TextCauses, ThreadsAnswerToTheirCreationAndJoinsToTheirEnd) {
  recording made;
  made.step(0, op::thread_create).other_thread = 1;
  made.step(1, op::thread_start);
  made.step(1, op::thread_exit);
  made.step(0, op::thread_join).other_thread = 1;
  EXPECT_EQ(causes_in(*made.trace), (causes{no_cause, 0, no_cause, 2}));
}

TEST(TextCauses, AnyTraceIsTaken) {
  recording made;
  for (unsigned kind = 0; kind <= 255; ++kind) made.step(kind % 2, static_cast<op>(kind), heap).other_thread = 1;
  made.trace->events_seen = explore::most_traced_events + 5;
  EXPECT_EQ(causes_in(*made.trace).size(), explore::most_traced_events);
}
