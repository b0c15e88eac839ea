#include "pool/run_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace {

namespace q = quiesce;

class letter final : public q::work_item {
 public:
  letter(q::priority level, char name) : work_item(q::run_on::worker, level), name_(name) {}
  void run() override {}
  char name() const { return name_; }

 private:
  char name_;
};

// A queue to which letters are appended: big ones are high, small ones normal, digits low.
class lettered_queue {
 public:
  void append(const std::string& names) {
    for (const char name : names) {
      const q::priority level = name <= '9' ? q::priority::low : name <= 'Z' ? q::priority::high : q::priority::normal;
      queue_.append(letters_.emplace_back(level, name));
    }
  }
  std::string take(std::size_t count) {
    std::string names;
    for (; count != 0 && !queue_.empty(); --count) names += static_cast<letter&>(queue_.take()).name();
    return names;
  }
  std::size_t size() const { return queue_.size(); }

 private:
  q::run_queue queue_;
  std::deque<letter> letters_;
};

TEST(RunQueue, TakesThoseOfOneLevelInTheOrderOfTheirComing_C9) {
  for (const char* const level : {"12345678", "abcdefgh", "ABCDEFGH"}) {
    lettered_queue queue;
    queue.append(level);
    EXPECT_EQ(queue.size(), 8u);
    EXPECT_EQ(queue.take(100), level);
    EXPECT_EQ(queue.size(), 0u);
  }
}

TEST(RunQueue, TakesHigherLevelsFirst_C9) {
  lettered_queue queue;
  queue.append("1a2BbA");
  EXPECT_EQ(queue.take(3), "BAa");
  queue.append("C");
  EXPECT_EQ(queue.take(100), "Cb12");
}

TEST(RunQueue, TakesEverySixteenthFromTheLowestLevelThatHasOne_C9) {
  lettered_queue queue;
  queue.append("12a" + std::string(100, 'H'));
  EXPECT_EQ(queue.take(16), std::string(15, 'H') + "1");
  EXPECT_EQ(queue.take(16), std::string(15, 'H') + "2");
  EXPECT_EQ(queue.take(16), std::string(15, 'H') + "a");
  EXPECT_EQ(queue.take(100), std::string(55, 'H'));
}

TEST(RunQueue, CanBeEmptiedAndFilledAgain) {
  lettered_queue queue;
  for (int round = 0; round < 40; ++round) {
    EXPECT_EQ(queue.take(1), "");
    queue.append("aB");
    EXPECT_EQ(queue.size(), 2u);
    EXPECT_EQ(queue.take(2).size(), 2u);
  }
}

}  // namespace
