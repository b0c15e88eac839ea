#include "base/timing_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

struct dated : quiesce::base::pairing_heap_node {
  std::int64_t due = 0;
  bool is_loose = false;
};
constexpr bool is_due_first(const dated& a, const dated& b) { return a.due < b.due; }
constexpr std::int64_t due_of(const dated& one) { return one.due; }
constexpr bool is_loose(const dated& one) { return one.is_loose; }
using wheel = quiesce::base::timing_wheel<dated, is_due_first, due_of, is_loose>;

constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max() - 1;
constexpr std::int64_t second = 1'000'000'000;

// The next one that is due by then, taken out; null if none is.
dated* take_due(wheel& all, std::int64_t now) {
  dated* const first = all.first_until(now);
  if (first == nullptr || first->due > now) return nullptr;
  all.pop();
  return first;
}

TEST(TimingWheel, WhatIsDueComesInOrderHoweverFarApart) {
  const std::vector<std::int64_t> moments{latest, 0, 1, 70'000, 65'536, 65'535, second, 3600 * second, second + 1, 5};
  std::vector<dated> items(moments.size());
  wheel all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].due = moments[i];
    all.insert(items[i]);
  }
  std::int64_t last = -1;
  for (std::size_t i = 0; i < items.size(); ++i) {
    dated* const next = take_due(all, latest);
    ASSERT_NE(next, nullptr);
    EXPECT_GT(next->due, last);
    last = next->due;
  }
  EXPECT_EQ(all.next_look(), wheel::never_due);
}

TEST(TimingWheel, NothingIsFoundBeforeItIsDue) {
  dated one;
  one.due = 3 * second + 12'345;
  wheel all;
  all.insert(one);
  for (std::int64_t now = 0; now < one.due; now += 1'234'567) EXPECT_EQ(take_due(all, now), nullptr);
  EXPECT_EQ(take_due(all, one.due - 1), nullptr);
  EXPECT_EQ(take_due(all, one.due), &one);
}

TEST(TimingWheel, EqualsComeInTheOrderOfInsertionAlsoWhenTimePassesInBetween) {
  std::vector<dated> items(300);
  wheel all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].due = 40 * second;
    items[i].is_loose = i % 7 == 3;
    static_cast<void>(all.first_until(static_cast<std::int64_t>(i) * second / 8));
    all.insert(items[i]);
  }
  for (dated& one : items) EXPECT_EQ(take_due(all, 40 * second), &one);
}

TEST(TimingWheel, WhatIsLooseIsFoundAtAnyTime) {
  dated loose, other;
  loose.due = 100 * second;
  loose.is_loose = true;
  other.due = 50 * second;
  wheel all;
  all.insert(other);
  all.insert(loose);
  EXPECT_EQ(all.first_until(second), &loose);
  EXPECT_EQ(all.next_look(), other.due);
  all.remove(loose);
  EXPECT_EQ(all.first_until(second), nullptr);
  all.remove(other);
}

TEST(TimingWheel, AMomentThatHasPassedAndAClockThatWasSetBackAreNoTrouble) {
  dated late, later;
  wheel all;
  static_cast<void>(all.first_until(100 * second));
  late.due = 10 * second;
  later.due = 200 * second;
  all.insert(later);
  EXPECT_EQ(all.first_until(10 * second), nullptr);
  EXPECT_EQ(all.next_look(), later.due);
  all.remove(later);
  all.insert(later);
  all.insert(late);
  EXPECT_EQ(all.next_look(), late.due);
  EXPECT_EQ(take_due(all, 9 * second), nullptr);
  EXPECT_EQ(take_due(all, -second), nullptr);
  EXPECT_EQ(take_due(all, 10 * second), &late);
  EXPECT_EQ(take_due(all, 200 * second), &later);
}

TEST(TimingWheel, WhoLooksWhenItSaysSoFindsEachInTime) {
  std::mt19937_64 random(1);
  std::vector<dated> items(2000);
  wheel all;
  for (dated& one : items) {
    one.due = static_cast<std::int64_t>(random() % (100 * static_cast<std::uint64_t>(second)));
    all.insert(one);
  }
  std::size_t found = 0, looks = 0;
  for (std::int64_t now = all.next_look(); now != wheel::never_due; now = all.next_look(), ++looks) {
    while (const dated* const next = take_due(all, now)) {
      ASSERT_EQ(next->due, now) << "it looked too late";
      ++found;
    }
  }
  EXPECT_EQ(found, items.size());
  EXPECT_LT(looks, items.size() + items.size() / 4) << "most looks are to find something";
}

class TimingWheelWalk : public testing::TestWithParam<unsigned> {};

INSTANTIATE_TEST_SUITE_P(Seeds, TimingWheelWalk, testing::Range(0u, 20u));

// Against a sorted map: insertions near and far, removals, and a clock that goes on by leaps of all sizes.
TEST_P(TimingWheelWalk, AgreesWithASortedMapAtEveryStep) {
  std::mt19937_64 random(GetParam());
  const auto any = [&random](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
  const auto leap = [&] { return any(std::uint64_t{1} << any(GetParam() % 2 == 0 ? 24 : 45)); };
  std::vector<dated> items(500);
  wheel all;
  std::multimap<std::int64_t, dated*> sorted;  // of equals, the later insertion comes later here too
  std::int64_t now = any(1'000'000'000'000'000);
  for (int step = 0; step < 20'000; ++step) {
    dated& one = items[static_cast<std::size_t>(any(items.size()))];
    if (any(8) == 0) {
      now += leap() / 4;
      while (!sorted.empty() && sorted.begin()->first <= now) {
        ASSERT_EQ(take_due(all, now), sorted.begin()->second) << "step " << step;
        sorted.erase(sorted.begin());
      }
      ASSERT_EQ(take_due(all, now), nullptr) << "step " << step;
    } else if (one.is_linked()) {
      const auto [first, last] = sorted.equal_range(one.due);
      sorted.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == &one; }));
      all.remove(one);
    } else {
      one.due = std::max<std::int64_t>(now + leap() - 1000, 0);
      sorted.emplace(one.due, &one);
      all.insert(one);
    }
    ASSERT_LE(all.next_look(), sorted.empty() ? wheel::never_due : sorted.begin()->first) << "step " << step;
    ASSERT_EQ(all.next_look() == wheel::never_due, sorted.empty()) << "step " << step;
  }
  for (dated& one : items) {
    if (one.is_linked()) all.remove(one);
  }
}

}  // namespace
