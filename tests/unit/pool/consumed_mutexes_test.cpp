// Which mutex belongs to which callback, walked against a list that knows what each signal took.
#include "pool/consumed_mutexes.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "quiesce/handle.hpp"
#include "quiesce/mutex.hpp"

namespace {

namespace q = quiesce;

q::mutex_object& object_of(const q::mutex& mutex) {
  return static_cast<q::mutex_object&>(*q::handle_ref(mutex).object());
}

// A registration's signals. While no mutex is held nobody counts begins (the fast way of a begin), or somebody does.
class model_of_mutexes {
 public:
  explicit model_of_mutexes(std::vector<q::mutex_object*> free) : free_(std::move(free)) {}

  void fire_by_mutex() {
    if (free_.empty()) return;
    q::mutex_object* const mutex = free_.back();
    free_.pop_back();
    list_.append(*mutex, signals_.size(), signals_.size() % 2 == 1);
    signals_.push_back(mutex);
  }
  void fire_by_other() { signals_.push_back(nullptr); }

  // Whether the oldest signal's callback is handed what that took.
  bool begin(bool is_counted) {
    if (signals_.empty()) return true;
    q::mutex_object* const expected = signals_.front();
    signals_.pop_front();
    if (list_.empty() && !is_counted) return expected == nullptr;
    q::mutex_object* const mutex = list_.begins();
    if (mutex != nullptr) free_.push_back(mutex);
    return mutex == expected;
  }

  // Whether all comes back, in its order.
  bool drop() {
    q::mutex_object* mutex = list_.drop();
    for (q::mutex_object* const each : signals_) {
      if (each == nullptr) continue;
      if (mutex != each) return false;
      free_.push_back(mutex);
      mutex = mutex->held.next;
    }
    signals_.clear();
    return mutex == nullptr && list_.empty();
  }

  std::size_t held() const {
    std::size_t count = 0;
    for (const q::mutex_object* const each : signals_) count += each != nullptr ? 1 : 0;
    return count;
  }
  bool empty() const { return list_.empty(); }

 private:
  std::vector<q::mutex_object*> free_;
  std::deque<q::mutex_object*> signals_;
  q::consumed_mutexes list_;
};

TEST(ConsumedMutexes, EachCallbackIsHandedWhatItsOwnSignalTook_A6) {
  const q::mutex all[4];
  std::mt19937 random(7);  // always the same walks
  std::size_t most_held = 0;
  for (int walk = 0; walk < 3000; ++walk) {
    model_of_mutexes m({&object_of(all[0]), &object_of(all[1]), &object_of(all[2]), &object_of(all[3])});
    for (int step = 0; step < 60; ++step) {
      const std::uint32_t turn = random() % 16;
      if (turn < 4) {
        m.fire_by_mutex();
      } else if (turn < 8) {
        m.fire_by_other();
      } else if (turn < 15) {
        ASSERT_TRUE(m.begin(random() % 2 == 0)) << "walk " << walk << " step " << step;
      } else if (random() % 4 == 0) {
        ASSERT_TRUE(m.drop()) << "walk " << walk << " step " << step;
      }
      ASSERT_EQ(m.empty(), m.held() == 0);
      most_held = std::max(most_held, m.held());
    }
  }
  EXPECT_EQ(most_held, 4u);
}

TEST(ConsumedMutexes, WhatWasAbandonedIsKnownUntilTheCallbackBegins_A6) {
  const q::mutex a, b;
  q::consumed_mutexes list;
  list.append(object_of(a), 0, true);
  list.append(object_of(b), 1, false);
  q::mutex_object* const first = list.begins();
  ASSERT_EQ(first, &object_of(a));
  EXPECT_TRUE(first->held.was_abandoned);
  q::mutex_object* const second = list.begins();
  ASSERT_EQ(second, &object_of(b));
  EXPECT_FALSE(second->held.was_abandoned);
  EXPECT_EQ(list.begins(), nullptr);
}

}  // namespace
