// The parts of a report: the words for a step, the names of objects, and how lines are laid out.
#include <gtest/gtest.h>

#include "recording.hpp"
#include "text_events.hpp"
#include "text_layout.hpp"
#include "text_names.hpp"
#include "text_places.hpp"

namespace {

using explore::op;
using explore::outcome;
using explore::traced_event;
using namespace recorded;

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

TEST(TextEvents, AChosenValueStandsBesideTheNumberOfThoseThatItWasChosenFrom) {
  recording made;
  traced_event& event = made.step(0, op::choose);
  event.before = 3;
  event.after = 2;
  EXPECT_EQ(phrase(made), "choose(3) -> 2");
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
