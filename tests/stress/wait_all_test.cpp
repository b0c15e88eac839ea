#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/rounds.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using std::chrono::microseconds;
using support::eventually;
using support::waiters_of;

constexpr std::size_t places = 3;  // all are neighbours: who gives his forks back always hands one who waits his meal

// What one philosopher holds is no atomic: two who hold the same fork would be seen, by the counts or by TSan.
struct fork_use {
  int holders = 0;
  int meals = 0;
};

void eat(fork_use& left, fork_use& right) {
  ASSERT_EQ(++left.holders, 1);
  ASSERT_EQ(++right.holders, 1);
  ++left.meals;
  ++right.meals;
  --left.holders;
  --right.holders;
}

// Says how often a philosopher found a fork taken.
template <class Forks, class GiveBack>
int dine(Forks& forks, GiveBack give_back) {
  const int meals = support::rounds(3'000);
  std::array<fork_use, places> uses;
  std::atomic<int> blocked{0};
  std::array<std::atomic<bool>, places> done{};
  {
    std::array<std::jthread, places> philosophers;
    for (std::size_t seat = 0; seat < places; ++seat) {
      philosophers[seat] = std::jthread([&, seat] {
        const std::size_t right = (seat + 1) % places;
        for (int meal = 0; meal < meals; ++meal) {
          if (!q::try_wait_all({forks[seat], forks[right]})) {
            ++blocked;
            ASSERT_TRUE(q::wait_all_for({forks[seat], forks[right]}, 30s)) << "nobody gives the forks back";
          }
          eat(uses[seat], uses[right]);
          // Now and then the forks are kept until a neighbour waits for them.
          if (meal % 2 == 0) {
            EXPECT_TRUE(eventually([&] {
              return waiters_of::any(forks[seat]) || waiters_of::any(forks[right]) ||
                     (done[right] && done[(seat + places - 1) % places]);
            }));
          }
          give_back(forks[seat]);
          give_back(forks[right]);
        }
        done[seat] = true;
      });
    }
  }
  for (const fork_use& use : uses) EXPECT_EQ(use.meals, 2 * meals);
  return blocked;
}

// On a machine with few processors the forks are often free, so they dine until they have been taken often enough.
template <class Forks, class GiveBack>
void dine_until_all_had_to_wait(Forks& forks, GiveBack give_back) {
  int blocked = 0;
  EXPECT_TRUE(eventually([&] { return (blocked += dine(forks, give_back)) >= 1000; })) << blocked << " found one taken";
}

TEST(WaitAllStress, PhilosophersWhoTakeBothForksTogetherAllEat_B3) {
  std::array<q::auto_reset_event, places> forks;
  for (auto& fork : forks) fork.set();
  dine_until_all_had_to_wait(forks, [](q::auto_reset_event& fork) { fork.set(); });
  for (const auto& fork : forks) EXPECT_EQ(waiters_of::raw_word(fork), q::event_word::signalled);
}

TEST(WaitAllStress, PhilosophersWithMutexesForForksAllEat_A6_B3) {
  std::array<q::mutex, places> forks;
  dine_until_all_had_to_wait(forks, [](q::mutex& fork) { fork.unlock(); });
  for (const auto& fork : forks) EXPECT_EQ(waiters_of::raw_word(fork), 0u);
}

// Two semaphores that are released; three kinds of waits that take from them, and run into time-outs and stops.
class market {
 public:
  explicit market(int rounds) : rounds_(rounds) {}

  void run() {
    std::jthread any([this] { take_any(); }), all([this] { take_all(); }), stopped([this] { take_until_stopped(); });
    {
      std::jthread first([this] { release(0); }), second([this] { release(1); });
    }
    over_ = true;
    ask_to_stop();
  }

  void expect_conserved() {
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(taken_[i].load() + static_cast<int>(goods_[i].release(0)), rounds_) << "goods " << i;
      EXPECT_TRUE(q::object_word::is_plain(waiters_of::raw_word(goods_[i])));
    }
  }

  int at_entry() const { return at_entry_; }
  int by_a_signaller() const { return by_a_signaller_; }
  int timed_out() const { return timed_out_; }
  int stopped() const { return stopped_; }

 private:
  // Each waits now and then until what it released is gone, so that the waits have to block.
  void release(std::size_t which) {
    for (int round = 1; round <= rounds_; ++round) {
      goods_[which].release();
      if (round % 4 == 0) ask_to_stop();
      if (round % 16 != 0) continue;
      ASSERT_TRUE(eventually([&] { return taken_[which] >= round; })) << "goods " << which << " were lost";
      const int before_stop = stopped_, before_time_out = timed_out_;
      ASSERT_TRUE(eventually([&] {
        ask_to_stop();
        return stopped_ != before_stop && timed_out_ != before_time_out;
      }));
    }
  }

  // It stays away for as long as the others make progress, or they would never find both.
  void take_any() {
    for (int turn = 0; !over_; ++turn) {
      const int before = taken_[0];
      for (int looks = 0; looks < turn % 16 && taken_[0] == before; ++looks) std::this_thread::yield();
      const q::wait_result result = q::wait_any_for({goods_[1], goods_[0]}, microseconds(turn % 30));
      if (result) {
        ++taken_[1 - result.index];
      } else {
        ++timed_out_;
      }
    }
  }

  void take_all() {
    for (int turn = 0; !over_; ++turn) {
      if (q::try_wait_all({goods_[0], goods_[1]})) {
        count_both(at_entry_);
      } else if (q::wait_all_for({goods_[0], goods_[1]}, microseconds(turn % 100))) {
        count_both(by_a_signaller_);
      } else {
        ++timed_out_;
      }
    }
  }

  void take_until_stopped() {
    for (;;) {
      const std::stop_token token = new_source().get_token();
      if (over_) return;  // what is asked at the end reaches this source, or the next one finds it over
      while (q::wait_all({goods_[1], goods_[0]}, token)) count_both(by_a_signaller_);
      ++stopped_;
    }
  }

  std::stop_source new_source() {
    const std::lock_guard hold(asking_);
    return source_ = std::stop_source();
  }

  void ask_to_stop() {
    std::unique_lock hold(asking_);
    std::stop_source asked = source_;
    hold.unlock();
    asked.request_stop();
  }

  void count_both(std::atomic<int>& how) {
    ++how;
    ++taken_[0];
    ++taken_[1];
  }

  const int rounds_;
  std::array<q::semaphore, 2> goods_{q::semaphore(0), q::semaphore(0)};
  std::array<std::atomic<int>, 2> taken_{};
  std::atomic<int> at_entry_{0}, by_a_signaller_{0}, timed_out_{0}, stopped_{0};
  std::atomic<bool> over_{false};
  std::mutex asking_;
  std::stop_source source_;  // guarded by asking_
};

TEST(WaitAllStress, EachSignalIsTakenOnceByAnyOrAllOrIsStillThere_B2_B3_B5) {
  int by_a_signaller = 0, at_entry = 0, timed_out = 0, stopped = 0;
  // Which of these a machine meets often depends on its load, so it goes on until it has met all of them.
  const bool met_all = eventually([&] {
    market goods(support::rounds(10'000));
    goods.run();
    goods.expect_conserved();
    by_a_signaller += goods.by_a_signaller();
    at_entry += goods.at_entry();
    timed_out += goods.timed_out();
    stopped += goods.stopped();
    return by_a_signaller >= 1000 && at_entry >= 100 && timed_out >= 300 && stopped >= 300;
  });
  EXPECT_TRUE(met_all) << by_a_signaller << " by a signaller, " << at_entry << " at entry, " << timed_out
                       << " timed out, " << stopped << " stopped";
}

// One thread moves a token between two events in one locked step; who waits for both can never have it.
TEST(WaitAllStress, NoInstantIsSeenAtWhichNoneWas_B3) {
  const int rounds = support::rounds(10'000);
  q::auto_reset_event here(true), there;
  std::atomic<bool> over{false};
  std::atomic<int> seen{0}, looked{0};
  std::jthread both([&] {
    for (int turn = 0; !over; ++turn) {
      seen += q::try_wait_all({here, there}) ? 1 : 0;
      const q::wait_result result = q::wait_all_for({there, here}, microseconds(turn % 50));
      seen += result ? 1 : 0;
      ++looked;
    }
  });
  for (int round = 0; round < rounds || looked < 1000; ++round) {
    q::auto_reset_event& from = round % 2 == 0 ? here : there;
    q::auto_reset_event& to = round % 2 == 0 ? there : here;
    if (!q::wait_for(from, 30s)) break;
    to.set();
    if (round % 16 == 0) std::this_thread::yield();
  }
  over = true;
  both.join();
  EXPECT_EQ(seen.load(), 0) << "the token was never in both";
  EXPECT_TRUE(q::try_wait_any({here, there})) << "and it was not lost";
  EXPECT_FALSE(q::try_wait_any({here, there}));
  EXPECT_GE(looked.load(), 1000);
}

}  // namespace
