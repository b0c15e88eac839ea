#include "base/pairing_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

struct item : quiesce::base::pairing_heap_node {
  int key = 0;
};
constexpr bool comes_first(const item& a, const item& b) { return a.key < b.key; }
using heap = quiesce::base::pairing_heap<item, comes_first>;

void empty(heap& all) {
  while (!all.empty()) all.pop();
}

TEST(PairingHeap, PopsInOrder) {
  std::vector<item> items(100);
  heap all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].key = static_cast<int>(i * 37 % 100);
    all.insert(items[i]);
  }
  for (int key = 0; key < 100; ++key) {
    EXPECT_EQ(all.top().key, key);
    EXPECT_EQ(all.pop().key, key);
  }
  EXPECT_TRUE(all.empty());
}

TEST(PairingHeap, EqualsComeInTheOrderOfInsertion) {
  std::vector<item> items(50);
  heap all;
  for (item& one : items) all.insert(one);
  // Taken out and put back, one is the last of its equals.
  all.remove(items[10]);
  all.insert(items[10]);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i == 10) continue;
    EXPECT_EQ(&all.pop(), &items[i]);
  }
  EXPECT_EQ(&all.pop(), &items[10]);
}

TEST(PairingHeap, AnObjectThatWasTakenOutMayBeInsertedAnewOrDie) {
  heap all;
  item stays;
  all.insert(stays);
  {
    item goes;
    goes.key = -1;
    all.insert(goes);
    EXPECT_TRUE(goes.is_linked());
    all.remove(goes);
    EXPECT_FALSE(goes.is_linked());
    all.insert(goes);
    EXPECT_EQ(&all.pop(), &goes);
  }
  EXPECT_EQ(&all.pop(), &stays);
}

class PairingHeapWalk : public testing::TestWithParam<unsigned> {};

INSTANTIATE_TEST_SUITE_P(Seeds, PairingHeapWalk, testing::Range(0u, 20u));

TEST_P(PairingHeapWalk, AgreesWithASortedMapAtEveryStep) {
  std::mt19937 random(GetParam());
  const int keys = GetParam() % 2 == 0 ? 10 : 1'000'000;
  std::vector<item> items(500);
  heap all;
  std::multimap<int, item*> sorted;  // of equals, the later insertion comes later here too
  for (int step = 0; step < 20'000; ++step) {
    item& one = items[random() % items.size()];
    if (random() % 4 == 0 && !sorted.empty()) {
      ASSERT_EQ(&all.pop(), sorted.begin()->second) << "step " << step;
      sorted.erase(sorted.begin());
    } else if (one.is_linked()) {
      const auto [first, last] = sorted.equal_range(one.key);
      sorted.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == &one; }));
      all.remove(one);
    } else {
      one.key = static_cast<int>(random() % static_cast<unsigned>(keys));
      sorted.emplace(one.key, &one);
      all.insert(one);
    }
    ASSERT_EQ(all.empty(), sorted.empty()) << "step " << step;
    if (all.empty()) continue;
    ASSERT_EQ(&all.top(), sorted.begin()->second) << "step " << step;
  }
  empty(all);
}

class PairingHeapShapes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(RisingFallingAndEqual, PairingHeapShapes, testing::Values(1, -1, 0));

TEST_P(PairingHeapShapes, AMillionNodesNeedNoStack) {
  constexpr int count = 1'000'000;
  const auto items = std::make_unique<item[]>(count);
  heap all;
  for (int i = 0; i < count; ++i) {
    items[static_cast<std::size_t>(i)].key = i * GetParam();
    all.insert(items[static_cast<std::size_t>(i)]);
  }
  all.remove(items[count / 2]);
  int last = all.top().key;
  for (int i = 0; i < count - 1; ++i) {
    const int key = all.pop().key;
    ASSERT_LE(last, key);
    last = key;
  }
  EXPECT_TRUE(all.empty());
}

TEST(PairingHeapDeathTest, ABugOfTheHoldersIsSaid) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        heap all;
        item one;
        all.insert(one);
        all.insert(one);
      },
      "stands in one already");
  EXPECT_DEATH(
      {
        heap all;
        auto one = std::make_unique<item>();
        all.insert(*one);
        one.reset();
      },
      "died while it stood in a heap");
}

}  // namespace
