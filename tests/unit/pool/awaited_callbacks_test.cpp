// The bookkeeping of waits for callbacks, walked against a list that knows each callback.
#include "pool/awaited_callbacks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "pool/run_word.hpp"
#include "quiesce/wait.hpp"

namespace {

namespace q = quiesce;
using word = q::run_word;

// Each callback has a number; each wait knows the numbers that it waits for.
class model_of_callbacks {
 public:
  void fire(bool by_signal) { (by_signal ? signals_ : expiries_).push_back(next_++); }

  bool can_begin(bool by_signal) const { return !(by_signal ? signals_ : expiries_).empty(); }
  void begin(bool by_signal) {
    std::deque<int>& from = by_signal ? signals_ : expiries_;
    running_.push_back({from.front(), awaited_.begins(by_signal)});
    from.pop_front();
  }

  bool can_end() const { return !running_.empty(); }
  void end(std::size_t which) {
    const running_callback ended = running_[which % running_.size()];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which % running_.size()));
    over(ended.number);
    awaited_.ends(ended.begun_after);
  }

  void drop() {
    for (const std::deque<int>& dropped : {signals_, expiries_}) {
      for (const int number : dropped) over(number);
    }
    signals_.clear();
    expiries_.clear();
    awaited_.drop(false);
  }

  // The same, but what was dropped is over only when it is given back.
  void drop_to_give_back() {
    if (signals_.empty()) return;
    std::vector<int> dropped(signals_.begin(), signals_.end());
    dropped.insert(dropped.end(), expiries_.begin(), expiries_.end());
    signals_.clear();
    expiries_.clear();
    giving_back_.push_back({dropped, awaited_.drop(true)});
    EXPECT_TRUE(awaited_.is_giving_back());
  }
  bool can_give_back() const { return !giving_back_.empty(); }
  void give_back(std::size_t which) {
    const dropping ended = giving_back_[which % giving_back_.size()];
    giving_back_.erase(giving_back_.begin() + static_cast<std::ptrdiff_t>(which % giving_back_.size()));
    for (const int number : ended.numbers) over(number);
    awaited_.gave_back(ended.dropped_after);
    EXPECT_EQ(awaited_.is_giving_back(), can_give_back());
  }

  void wait() {
    if (signals_.empty() && expiries_.empty() && running_.empty() && giving_back_.empty()) return;
    waits_.push_back(std::make_unique<a_wait>());
    std::set<int>& left = waits_.back()->left;
    left.insert(signals_.begin(), signals_.end());
    left.insert(expiries_.begin(), expiries_.end());
    for (const running_callback& each : running_) left.insert(each.number);
    for (const dropping& each : giving_back_) left.insert(each.numbers.begin(), each.numbers.end());
    awaited_.add(waits_.back()->real, signals_.size() * word::one_signal + expiries_.size() * word::one_expiry +
                                          running_.size() * word::one_running);
  }

  // Each wait is over if and only if all of its own are.
  bool agrees() const {
    return std::all_of(waits_.begin(), waits_.end(), [](const auto& each) {
      return each->left.empty() == static_cast<bool>(q::try_wait(q::handle_ref(each->real.over)));
    });
  }

 private:
  struct a_wait {
    q::awaited_callbacks::wait real;
    std::set<int> left;
  };
  struct running_callback {
    int number;
    std::uint64_t begun_after;
  };

  struct dropping {
    std::vector<int> numbers;
    std::uint64_t dropped_after;
  };

  void over(int number) {
    for (const auto& each : waits_) each->left.erase(number);
  }

  q::awaited_callbacks awaited_;
  std::deque<int> signals_, expiries_;
  std::vector<running_callback> running_;
  std::vector<dropping> giving_back_;
  std::vector<std::unique_ptr<a_wait>> waits_;
  int next_ = 0;
};

TEST(AwaitedCallbacks, AWaitIsOverExactlyWhenAllThatWerePendingAndRunningAtItsBeginAre_D5) {
  std::mt19937 random(7);  // always the same walks
  for (int walk = 0; walk < 3000; ++walk) {
    model_of_callbacks m;
    for (int step = 0; step < 40; ++step) {
      const bool by_signal = random() % 2 == 0;
      switch (random() % 8) {
        case 0:
        case 1: m.fire(by_signal); break;
        case 2:
        case 3:
          if (m.can_begin(by_signal)) m.begin(by_signal);
          break;
        case 4:
        case 5:
          if (m.can_end()) m.end(random());
          break;
        case 6: m.wait(); break;
        case 7:
          if (random() % 4 == 0) m.drop();
          if (random() % 4 == 0) m.drop_to_give_back();
          if (m.can_give_back() && random() % 2 == 0) m.give_back(random());
          break;
      }
      ASSERT_TRUE(m.agrees()) << "walk " << walk << " step " << step;
    }
  }
}

}  // namespace
