#include "text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <vector>

#include "text_events.hpp"
#include "text_layout.hpp"

std::atomic<int> lost_updates;
int shared_total;

namespace {

using explore::op;
using explore::outcome;
using explore::traced_event;
using explore::verdict;

[[gnu::noinline]] explore::call_stack stack_here() {
  explore::call_stack stack;
  stack.depth = 1;
  stack.frames[0] = reinterpret_cast<std::uintptr_t>(__builtin_extract_return_addr(__builtin_return_address(0)));
  return stack;
}

// Places that reports shall name: functions of their own, so that no two tests share a line.
[[gnu::noinline]] explore::call_stack reader_of_total() { return stack_here(); }
[[gnu::noinline]] explore::call_stack writer_of_total() { return stack_here(); }
[[gnu::noinline]] explore::call_stack allocator_of_node() { return stack_here(); }

template <class Object>
std::uintptr_t address_of(const Object& object) {
  return reinterpret_cast<std::uintptr_t>(&object);
}

constexpr std::uintptr_t main_stack = 0x7000'0000, thread_stack = 0x7100'0000, heap = 0x7200'0000;

struct recording {
  std::unique_ptr<explore::execution_trace> trace = std::make_unique<explore::execution_trace>();

  explicit recording(unsigned threads = 2) {
    trace->threads = threads;
    for (unsigned i = 0; i < threads; ++i) trace->thread[i].started = true;
    trace->thread[0].stack_begin = main_stack;
    trace->thread[0].stack_end = main_stack + 0x10000;
    if (threads > 1) {
      trace->thread[1].stack_begin = thread_stack;
      trace->thread[1].stack_end = thread_stack + 0x10000;
    }
  }

  traced_event& step(unsigned thread, op what, std::uintptr_t object = 0) {
    traced_event& event = trace->events[std::min<std::size_t>(trace->events_seen, explore::most_traced_events - 1)];
    event.what = what;
    event.thread = static_cast<std::uint8_t>(thread);
    event.order = 5;  // memory_order_seq_cst
    event.size = 4;
    event.object = object;
    event.other_thread = 0xffff;
    event.position = ++trace->events_seen;
    return event;
  }

  void block(std::uintptr_t begin, std::uint64_t size, std::uint32_t number) {
    explore::traced_block& block = trace->blocks[trace->blocks_seen++];
    block.begin = begin;
    block.size = size;
    block.number = number;
    block.allocated = allocator_of_node();
  }

  void waits(unsigned thread, op what, std::uintptr_t object, std::uint16_t for_thread = 0xffff) {
    explore::traced_thread& state = trace->thread[thread];
    state.waits_for = what;
    state.object = object;
    state.other_thread = for_thread;
    state.stack = reader_of_total();
  }

  void accesses(op earlier, op later, std::uintptr_t address) {
    trace->accesses = 2;
    trace->access[0] = {later, 0, 4, address, reader_of_total()};
    trace->access[1] = {earlier, 1, 4, address, writer_of_total()};
    trace->where = trace->access[0].stack;
  }

  [[nodiscard]] std::string text(verdict kind) const {
    return explore::describe(*trace, kind, "queue", "q1.queue.abc");
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Rows of the table: those whose first word, behind the mark, is a number.
std::vector<std::string> rows_of(const std::string& text) {
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(text)) {
    const std::size_t first = line.find_first_not_of("> ");
    if (line.size() > 9 && first != std::string::npos && first < 7 && std::isdigit(line[first]) != 0)
      rows.push_back(line);
  }
  return rows;
}

std::string phrase(const recording& made) {
  explore::symbols known("no-such-tool");
  explore::trace_places places(known);
  explore::object_names names(*made.trace, known, places);
  return explore::phrase_of(made.trace->events[made.trace->events_seen - 1], names);
}

std::string atomic_phrase(op what, std::uint64_t before, std::uint64_t after, std::uint8_t order = 5,
                          outcome how = outcome::done) {
  recording made;
  traced_event& event = made.step(0, what, address_of(lost_updates));
  event.before = before;
  event.after = after;
  event.order = order;
  event.how = how;
  return phrase(made);
}

std::string call_phrase(op what, outcome how = outcome::done, std::uint16_t other = 0xffff) {
  recording made;
  traced_event& event = made.step(0, what, address_of(lost_updates));
  event.how = how;
  event.other_thread = other;
  return phrase(made);
}

}  // namespace

TEST(TextEvents, AnAtomicOperationReadsLikeItsCode) {
  EXPECT_EQ(atomic_phrase(op::load, 2, 2, 2), "lost_updates.load(acquire) -> 2");
  EXPECT_EQ(atomic_phrase(op::load, 2, 2), "lost_updates.load() -> 2");
  EXPECT_EQ(atomic_phrase(op::store, 0, 3, 3), "lost_updates.store(3, release)");
  EXPECT_EQ(atomic_phrase(op::store, 0, 3), "lost_updates.store(3)");
  EXPECT_EQ(atomic_phrase(op::fetch_add, 1, 2, 0), "lost_updates.fetch_add(relaxed) 1 -> 2");
  EXPECT_EQ(atomic_phrase(op::compare_exchange, 0, 1), "lost_updates.compare_exchange 0 -> 1");
  EXPECT_EQ(atomic_phrase(op::compare_exchange, 3, 3, 5, outcome::failed),
            "lost_updates.compare_exchange failed, found 3");
}

TEST(TextEvents, ASmallNegativeValueIsWrittenAsOne) {
  EXPECT_EQ(atomic_phrase(op::load, 0xffff'ffff, 0), "lost_updates.load() -> -1");
  EXPECT_EQ(atomic_phrase(op::load, 0xaaaa'0000'0007, 0), "lost_updates.load() -> 7") << "only 4 bytes count";
}

TEST(TextEvents, ASleepTellsWhenItEnds) {
  recording made;
  traced_event& sleep = made.step(1, op::sleep);
  sleep.time = 1'000'000'000;
  sleep.after = 3'000'000'000;
  EXPECT_EQ(phrase(made), "sleep until 3 s");
}

TEST(TextEvents, ACallTellsHowItCameOut) {
  EXPECT_EQ(call_phrase(op::lock), "lost_updates.lock()");
  EXPECT_EQ(call_phrase(op::lock, outcome::blocked), "lost_updates.lock() blocks");
  EXPECT_EQ(call_phrase(op::try_lock), "lost_updates.try_lock() -> true");
  EXPECT_EQ(call_phrase(op::try_lock, outcome::failed), "lost_updates.try_lock() -> false");
  EXPECT_EQ(call_phrase(op::cond_wait), "lost_updates.wait()");
  EXPECT_EQ(call_phrase(op::cond_timed_out), "lost_updates.wait() times out");
  EXPECT_EQ(call_phrase(op::cond_signal, outcome::done, 2), "lost_updates.notify_one() wakes thread 2");
  EXPECT_EQ(call_phrase(op::cond_signal), "lost_updates.notify_one() wakes nobody");
  EXPECT_EQ(call_phrase(op::futex_wait), "futex_wait(lost_updates, 0)");
  EXPECT_EQ(call_phrase(op::futex_wait, outcome::would_block), "futex_wait(lost_updates, 0) returns at once");
  EXPECT_EQ(call_phrase(op::futex_timed_out), "futex_wait(lost_updates) times out");
  EXPECT_EQ(call_phrase(op::thread_join, outcome::done, 1), "join thread 1");
  EXPECT_EQ(call_phrase(op::thread_create, outcome::done, 3), "create thread 3");
}

TEST(TextEvents, EveryOperationHasWords) {
  for (unsigned kind = 0; kind <= 255; ++kind) {
    for (unsigned how = 0; how <= 5; ++how) {
      EXPECT_FALSE(call_phrase(static_cast<op>(kind), static_cast<outcome>(how)).empty()) << kind;
    }
  }
}

TEST(TextNames, ObjectsOnHeapAndStackAreNamedByWhatHoldsThem) {
  recording made;
  made.block(heap, 32, 3);
  made.step(1, op::store, thread_stack + 0x800);
  made.step(0, op::load, main_stack + 0x1000);
  made.step(0, op::load, main_stack + 0x1018);
  EXPECT_EQ(phrase(made), "(stack of main +24).load() -> 0");
  made.step(1, op::load, heap + 16);
  EXPECT_EQ(phrase(made), "(heap block 3 +16).load() -> 0");
  made.step(1, op::load, heap);
  EXPECT_EQ(phrase(made), "heap block 3.load() -> 0");
  made.step(1, op::load, heap + 32);
  EXPECT_EQ(phrase(made), "(0x72000020).load() -> 0") << "behind the block";
}

TEST(TextNames, ObjectsOfAKindAreNumberedByTheirFirstUse) {
  recording made;
  made.step(0, op::lock, heap + 64);
  made.step(0, op::cond_signal, heap + 128);
  made.step(0, op::lock, heap);
  EXPECT_EQ(phrase(made), "mutex 2.lock()");
  made.step(0, op::unlock, heap + 64);
  EXPECT_EQ(phrase(made), "mutex 1.unlock()");
  made.step(0, op::cond_wait, heap + 128);
  EXPECT_EQ(phrase(made), "condition variable 1.wait()");
}

TEST(TextNames, AValueThatPointsToAKnownObjectIsNamed) {
  recording made;
  made.block(heap, 32, 3);
  traced_event& event = made.step(0, op::exchange, address_of(lost_updates));
  event.size = 8;
  event.before = heap;
  event.after = address_of(shared_total);
  EXPECT_EQ(phrase(made), "lost_updates.exchange &heap block 3 -> &shared_total");
}

TEST(TextLayout, WidthsCountCharactersAndCutsKeepBothEnds) {
  EXPECT_EQ(explore::display_width("a…b"), 3u);
  EXPECT_EQ(explore::cut_to("short", 5), "short");
  const std::string cut = explore::cut_to("a_very_long_name.load() -> 2", 16);
  EXPECT_EQ(explore::display_width(cut), 16u);
  EXPECT_TRUE(cut.starts_with("a_ver…") && cut.ends_with("() -> 2")) << cut;
  EXPECT_EQ(explore::pad_to("ä", 3), "ä  ");
  EXPECT_EQ(explore::cut_to("ääää", 3), "…ää");
  for (const std::string& line : lines_of(explore::wrapped("one two three four five", 9))) EXPECT_LE(line.size(), 9u);
  EXPECT_EQ(explore::indented("a\nb", "  "), "  a\n  b\n");
}

TEST(Text, BeginsWithWhatWasFoundAndEndsWithHowToReplayIt) {
  const std::vector<std::string> lines = lines_of(recording().text(verdict::data_race));
  EXPECT_EQ(lines.front(), "queue: data race");
  EXPECT_EQ(lines[lines.size() - 2], "schedule: q1.queue.abc");
  EXPECT_EQ(lines.back(), "replay:   quiesce explore ./queue --replay q1.queue.abc");
}

TEST(Text, WithoutAScheduleNothingIsSaidOfReplaying) {
  const recording made;
  EXPECT_FALSE(contains(explore::describe(*made.trace, verdict::not_modelled, "queue", ""), "replay"));
}

TEST(Text, EachThreadHasItsColumnAndEachStepItsRowInOrder) {
  recording made;
  made.step(0, op::lock, heap).stack = reader_of_total();
  made.step(1, op::unlock, heap).deviation = true;
  const std::string text = made.text(verdict::failed_assertion);
  const std::vector<std::string> rows = rows_of(text);
  ASSERT_EQ(rows.size(), 2u);
  std::string head;
  for (const std::string& line : lines_of(text)) {
    if (contains(line, "where")) head = line;
    if (!head.empty()) break;
  }
  EXPECT_EQ(rows[0].find("mutex 1.lock()"), head.find("main"));
  EXPECT_EQ(rows[1].find("mutex 1.unlock()"), head.find("thread 1"));
  EXPECT_TRUE(rows[1].starts_with(">>")) << "the search deviated there";
  EXPECT_FALSE(rows[0].starts_with(">>"));
}

TEST(Text, ARowNamesTheLineInUserCode) {
  ASSERT_EQ(std::system("addr2line --version > /dev/null 2>&1"), 0) << "addr2line is not installed";
  recording made;
  made.step(0, op::lock, heap).stack = reader_of_total();
  made.trace->where = reader_of_total();
  EXPECT_TRUE(contains(rows_of(made.text(verdict::failed_assertion))[0], "text_test.cpp:"));
  const std::string place = explore::place_of(*made.trace);
  EXPECT_TRUE(contains(place, "text_test.cpp:")) << place;
}

TEST(Text, APlaceThatIsNotKnownIsEmpty) {
  const recording made;
  EXPECT_EQ(explore::place_of(*made.trace), "");
  made.trace->where.depth = 1;
  made.trace->where.frames[0] = 0x10;
  EXPECT_EQ(explore::place_of(*made.trace), "");
}

TEST(Text, SixThreadsShareOneColumnAndRowsStayNarrow) {
  recording made(6);
  for (unsigned i = 0; i < 6; ++i) made.step(i, op::fetch_add, address_of(lost_updates));
  const std::vector<std::string> rows = rows_of(made.text(verdict::failed_assertion));
  ASSERT_EQ(rows.size(), 6u);
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT_TRUE(contains(rows[i], explore::thread_name(i) + " "));
    EXPECT_LE(explore::display_width(rows[i]), 120u);
    EXPECT_EQ(rows[i].find("lost_updates"), rows[0].find("lost_updates"));
  }
}

TEST(Text, FourThreadsKeepTheirColumnsByCuttingLongSteps) {
  recording made(4);
  for (unsigned i = 0; i < 4; ++i) {
    traced_event& event = made.step(i, op::compare_exchange, address_of(lost_updates));
    event.before = 1'000'000'000;
    event.after = 1'000'000'001;
  }
  const std::vector<std::string> rows = rows_of(made.text(verdict::failed_assertion));
  ASSERT_EQ(rows.size(), 4u);
  for (const std::string& row : rows) {
    EXPECT_TRUE(contains(row, "…") && contains(row, "-> 1000000001")) << row;
    EXPECT_LE(explore::display_width(row), 160u);
  }
}

TEST(Text, OfALongExecutionTheBeginningAndTheEndAreShown) {
  recording made;
  for (unsigned i = 0; i < 1000; ++i) made.step(i % 2, op::load, address_of(lost_updates));
  const std::string text = made.text(verdict::step_limit);
  const std::vector<std::string> rows = rows_of(text);
  ASSERT_EQ(rows.size(), 400u);
  EXPECT_TRUE(contains(rows[49], " 50 ") && contains(rows[50], " 651 ") && contains(rows[399], " 1000 "));
  EXPECT_TRUE(contains(text, "600 steps left out"));
}

TEST(Text, FourHundredStepsAreShownWhole) {
  recording made;
  for (unsigned i = 0; i < 400; ++i) made.step(0, op::load, address_of(lost_updates));
  const std::string text = made.text(verdict::step_limit);
  EXPECT_EQ(rows_of(text).size(), 400u);
  EXPECT_FALSE(contains(text, "left out"));
}

TEST(Text, StepsThatWereNotRecordedAreCounted) {
  recording made;
  for (unsigned i = 0; i < explore::most_traced_events + 7; ++i) made.step(0, op::load, address_of(lost_updates));
  EXPECT_TRUE(contains(made.text(verdict::step_limit), "7 further steps not recorded"));
}

TEST(Text, ARaceShowsBothAccessesWithTheirStacks) {
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

TEST(Text, AUseAfterFreeShowsTheFreeTheUseAndTheAllocation) {
  recording made;
  made.block(heap, 32, 3);
  made.accesses(op::heap_free, op::plain_write, heap + 8);
  const std::string text = made.text(verdict::use_after_free);
  EXPECT_TRUE(contains(text, "thread 1 frees heap block 3"));
  EXPECT_TRUE(contains(text, "main writes 4 bytes of heap block 3 +8"));
  EXPECT_TRUE(contains(text, "heap block 3, 32 bytes, was allocated by main"));
}

TEST(Text, ADeadlockNamesTheRing) {
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
  EXPECT_TRUE(contains(text, "main holds mutex 1 and waits for mutex 2, which thread 1 holds"));
}

TEST(Text, AThreadThatWaitsForItselfIsARingOfOne) {
  recording made(1);
  made.waits(0, op::lock, heap, 0);
  EXPECT_TRUE(contains(made.text(verdict::deadlock), "main waits for mutex 1, held by itself"));
}

TEST(Text, AJoinIsPartOfARing) {
  recording made;
  made.step(0, op::lock, heap);
  made.waits(0, op::thread_join, 0, 1);
  made.waits(1, op::lock, heap, 0);
  const std::string text = made.text(verdict::deadlock);
  EXPECT_TRUE(contains(text, "main holds mutex 1 and waits for the end of thread 1"));
}

TEST(Text, ThreadsThatEndedOrNeverBeganDoNotWait) {
  recording made(3);
  made.trace->thread[1].ended = true;
  made.trace->thread[2].started = false;
  made.waits(0, op::sem_wait, heap);
  const std::string text = made.text(verdict::blocked);
  EXPECT_TRUE(contains(text, "main waits for semaphore 1 to be released"));
  EXPECT_FALSE(contains(text, "thread 1 waits"));
  EXPECT_FALSE(contains(text, "thread 2 waits"));
}

TEST(Text, ALostWakeUpTellsWhatChangedWhileTheThreadSlept) {
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

TEST(Text, AFailedAssertionShowsItsMessage) {
  recording made;
  std::strcpy(made.trace->message, "Assertion `total == 2' failed.\n");
  EXPECT_TRUE(contains(made.text(verdict::failed_assertion), "  Assertion `total == 2' failed.\n"));
}

TEST(Text, EveryVerdictEndsInWords) {
  for (unsigned kind = 0; kind <= static_cast<unsigned>(verdict::bad_schedule); ++kind) {
    const std::string text = recording().text(static_cast<verdict>(kind));
    EXPECT_GE(lines_of(text).size(), 5u) << text;
    EXPECT_STRNE(explore::name_of(static_cast<verdict>(kind)), "unknown verdict");
  }
}

TEST(Text, ADamagedTraceIsStillText) {
  recording made;
  std::memset(static_cast<void*>(made.trace.get()), 0xff, sizeof *made.trace);
  // The flags were bool: any other value than these two would not be a bool at all.
  for (auto& event : made.trace->events) std::memset(&event.deviation, 1, 1);
  for (auto& thread : made.trace->thread) {
    std::memset(&thread.started, 1, 1);
    std::memset(&thread.ended, 0, 1);
  }
  for (const verdict kind : {verdict::data_race, verdict::deadlock, verdict::lost_wake_up, verdict::failed_assertion}) {
    EXPECT_TRUE(made.text(kind).starts_with("queue: "));
  }
}

TEST(Text, AReportPrintsItsTextAndEndsItsLine) {
  explore::report found;
  found.kind = verdict::lost_wake_up;
  std::ostringstream out;
  out << found;
  found.text = "what a person reads";
  out << found;
  EXPECT_EQ(out.str(), "lost wake-up\nwhat a person reads\n");
}
