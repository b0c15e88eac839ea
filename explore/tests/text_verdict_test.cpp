// What a report shows for its verdict, and says of it.
#include "text_verdict.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "recording.hpp"

namespace {

using explore::op;
using explore::outcome;
using explore::traced_event;
using explore::verdict;
using namespace recorded;

}  // namespace

TEST(TextVerdict, ARaceShowsBothAccessesWithTheirStacks) {
  recording made;
  made.accesses(op::plain_write, op::plain_read, address_of(shared_total));
  const std::string text = made.text(verdict::data_race);
  const std::size_t earlier = text.find("thread 1 writes 4 bytes of shared_total");
  const std::size_t later = text.find("main reads 4 bytes of shared_total");
  ASSERT_NE(earlier, std::string::npos);
  ASSERT_NE(later, std::string::npos);
  EXPECT_LT(earlier, later);
  if (std::system("addr2line --version > /dev/null 2>&1") != 0) return;
  EXPECT_TRUE(contains(text.substr(earlier, later - earlier), "writer_of_total"));
  EXPECT_TRUE(contains(text.substr(later), "reader_of_total"));
}

TEST(TextVerdict, AUseAfterFreeShowsTheFreeTheUseAndTheAllocation) {
  recording made;
  made.block(heap, 32, 3);
  made.accesses(op::heap_free, op::plain_write, heap + 8);
  const std::string text = made.text(verdict::use_after_free);
  EXPECT_TRUE(contains(text, "thread 1 frees heap block 3"));
  EXPECT_TRUE(contains(text, "main writes 4 bytes of heap block 3 +8"));
  EXPECT_TRUE(contains(text, "heap block 3, 32 bytes, was allocated by main"));
}

TEST(TextVerdict, ADeadlockNamesTheRing) {
  recording made(3);
  made.step(0, op::lock, heap);
  made.step(1, op::lock, heap + 64);
  made.waits(0, op::lock, heap + 64, 1);
  made.waits(1, op::lock, heap, 0);
  made.waits(2, op::thread_join, 0, 0);
  const std::string text = made.text(verdict::deadlock);
  EXPECT_TRUE(contains(text, "main waits for mutex 2, held by thread 1, at "));
  EXPECT_TRUE(contains(text, "thread 1 waits for mutex 1, held by main, at "));
  EXPECT_TRUE(contains(text, "thread 2 waits for the end of main"));
  EXPECT_TRUE(contains(text, "main holds mutex 1, locked in step 1, and waits for mutex 2, which thread 1 holds"));
}

TEST(TextVerdict, AThreadThatWaitsForItselfIsARingOfOne) {
  recording made(1);
  made.waits(0, op::lock, heap, 0);
  EXPECT_TRUE(contains(made.text(verdict::deadlock), "main waits for mutex 1, held by itself"));
}

TEST(TextVerdict, AJoinIsPartOfARing) {
  recording made;
  made.step(0, op::lock, heap);
  made.waits(0, op::thread_join, 0, 1);
  made.waits(1, op::lock, heap, 0);
  const std::string text = made.text(verdict::deadlock);
  EXPECT_TRUE(contains(text, "main holds mutex 1, locked in step 1, and waits for the end of thread 1"));
}

TEST(TextVerdict, ThreadsThatEndedOrNeverBeganDoNotWait) {
  recording made(3);
  made.trace->thread[1].ended = true;
  made.trace->thread[2].started = false;
  made.waits(0, op::sem_wait, heap);
  const std::string text = made.text(verdict::blocked);
  EXPECT_TRUE(contains(text, "main waits for semaphore 1 to be released"));
  EXPECT_FALSE(contains(text, "thread 1 waits"));
  EXPECT_FALSE(contains(text, "thread 2 waits"));
}

TEST(TextVerdict, ALostWakeUpTellsWhatChangedWhileTheThreadSlept) {
  recording made;
  made.step(1, op::futex_wake, address_of(lost_updates));
  made.step(0, op::futex_wait, address_of(lost_updates)).how = outcome::blocked;
  traced_event& change = made.step(1, op::store, address_of(lost_updates));
  change.after = 1;
  made.trace->thread[1].ended = true;
  made.waits(0, op::futex_wait, address_of(lost_updates));
  made.trace->thread[0].now = 1;
  const std::string text = made.text(verdict::lost_wake_up);
  EXPECT_TRUE(contains(text, "slept on lost_updates == 0, which is 1 now"));
  std::string joined = text;
  std::replace(joined.begin(), joined.end(), '\n', ' ');
  EXPECT_TRUE(contains(joined, "Thread 1 changed lost_updates in step 3"));
  EXPECT_TRUE(contains(joined, "after main had gone to sleep in step 2"));
  EXPECT_TRUE(contains(joined, "The last wake-up of lost_updates was step 1 by thread 1"));
}

TEST(TextVerdict, AFailedAssertionShowsItsMessage) {
  recording made;
  std::strcpy(made.trace->message, "Assertion `total == 2' failed.\n");
  EXPECT_TRUE(contains(made.text(verdict::failed_assertion), "  Assertion `total == 2' failed.\n"));
}

TEST(TextVerdict, EveryVerdictEndsInWords) {
  for (unsigned kind = 0; kind <= static_cast<unsigned>(verdict::leak); ++kind) {
    const std::string text = recording().text(static_cast<verdict>(kind));
    EXPECT_GE(lines_of(text).size(), 5u) << text;
    EXPECT_STRNE(explore::name_of(static_cast<verdict>(kind)), "unknown verdict");
  }
}
