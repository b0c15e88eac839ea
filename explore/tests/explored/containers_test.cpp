// The functions of std::list and of the trees under std::map and std::set that the explorer makes in place of the C++ library.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <list>
#include <random>
#include <set>
#include <vector>

namespace {

using tree = std::_Rb_tree<int, int, std::_Identity<int>, std::less<int>>;

TEST(Containers, ATreeStaysBalancedAndInOrder) {
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    tree made;
    std::vector<int> wanted;
    for (int change = 0; change < 300; ++change) {
      const int key = static_cast<int>(random() % 60);
      const auto place = std::lower_bound(wanted.begin(), wanted.end(), key);
      const bool is_there = place != wanted.end() && *place == key;
      if (random() % 2 != 0) {
        if (!is_there) wanted.insert(place, key);
        ASSERT_EQ(made._M_insert_unique(key).second, !is_there);
      } else {
        if (is_there) wanted.erase(place);
        ASSERT_EQ(made.erase(key) == 1, is_there);
      }
      ASSERT_TRUE(made.__rb_verify());
      ASSERT_TRUE(std::equal(made.begin(), made.end(), wanted.begin(), wanted.end()));
      ASSERT_TRUE(std::equal(made.rbegin(), made.rend(), wanted.rbegin(), wanted.rend()));
    }
  }
}

TEST(Containers, AListIsWhatAVectorIs) {
  std::mt19937 random{7};
  std::list<int> one;
  std::list<int> other;
  std::vector<int> wanted;
  std::vector<int> wanted_other;
  for (int change = 0; change < 3000; ++change) {
    switch (random() % 7) {
      case 0: one.push_back(change), wanted.push_back(change); break;
      case 1: one.push_front(change), wanted.insert(wanted.begin(), change); break;
      case 2: one.reverse(), std::reverse(wanted.begin(), wanted.end()); break;
      case 3: one.swap(other), wanted.swap(wanted_other); break;
      case 4: one.sort(), std::sort(wanted.begin(), wanted.end()); break;
      case 5:
        if (one.empty()) break;
        one.pop_front(), wanted.erase(wanted.begin());
        break;
      default: {
        const auto count = static_cast<std::ptrdiff_t>(random() % (one.size() + 1));
        other.splice(other.begin(), one, one.begin(), std::next(one.begin(), count));
        wanted_other.insert(wanted_other.begin(), wanted.begin(), wanted.begin() + count);
        wanted.erase(wanted.begin(), wanted.begin() + count);
      }
    }
    ASSERT_TRUE(std::equal(one.begin(), one.end(), wanted.begin(), wanted.end()));
    ASSERT_TRUE(std::equal(one.rbegin(), one.rend(), wanted.rbegin(), wanted.rend()));
    ASSERT_TRUE(std::equal(other.begin(), other.end(), wanted_other.begin(), wanted_other.end()));
  }
}

}  // namespace
