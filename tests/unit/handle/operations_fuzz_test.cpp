// Random sequences of operations on a few objects, by one thread, against a model that a reader can check by eye.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/inline_options.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

enum class kind : std::uint8_t { automatic, manual, semaphore, mutex, timer };

// What one object must do. `value`: whether an event or a timer is signalled, what a semaphore counts, how often a mutex is
// owned. `queue`: the registered waits that are armed with it, which take what comes before it is stored.
struct model {
  kind what;
  std::uint32_t value = 0;
  std::uint32_t maximum = 1;
  std::vector<std::size_t> queue{};

  bool is_available() const { return what == kind::mutex || value > 0; }
  void take() {
    if (what == kind::mutex) {
      ++value;
    } else if (what != kind::manual) {
      --value;
    }
  }
  bool may_be_waited_for_inline() const { return what != kind::mutex && what != kind::timer; }
  // Whether it may be signalled by signal_and_wait.
  bool can_signal() const {
    if (what == kind::mutex) return value > 0;
    if (what == kind::timer) return false;
    return what != kind::semaphore || value < maximum;
  }
  // Returns the waits that are given it, in their order.
  std::vector<std::size_t> signal(std::uint32_t times = 1) {
    if (what == kind::mutex) {
      --value;
      return {};
    }
    const std::size_t given = what == kind::manual ? queue.size() : std::min<std::size_t>(times, queue.size());
    const auto end = queue.begin() + static_cast<std::ptrdiff_t>(given);
    std::vector<std::size_t> fired(queue.begin(), end);
    queue.erase(queue.begin(), end);
    if (what == kind::semaphore) {
      value += times - static_cast<std::uint32_t>(given);
    } else if (what == kind::manual || given == 0) {
      value = 1;
    }
    return fired;
  }
};

// The objects of one sequence and their models. Every handle is one of two to its object, which change places. Registered
// waits make their callbacks on the thread that signals: all of them are over when its call returns.
class market {
 public:
  market(std::uint32_t seed, q::thread_pool& pool) : random_(seed) {
    for (std::size_t i = 0; i < waits_; ++i) {
      registered_.emplace_back(
          pool, [this, i](q::callback_scope&) { called_.push_back(i); }, support::inline_options);
    }
    for (std::size_t i = 0; i < automatic_.size(); ++i) {
      const bool set = pick(2) == 0;
      automatic_[i] = q::auto_reset_event(set);
      manual_[i] = q::manual_reset_event(!set);
      const auto maximum = static_cast<std::uint32_t>(1 + pick(3));
      const auto count = static_cast<std::uint32_t>(pick(maximum + 1));
      semaphore_[i] = q::semaphore(count, maximum);
      models_.push_back({kind::automatic, set ? 1U : 0U});
      models_.push_back({kind::manual, set ? 0U : 1U});
      models_.push_back({kind::semaphore, count, maximum});
      models_.push_back({kind::mutex});
      models_.push_back({kind::timer});
    }
  }

  // Gives back what is owned, or it would be abandoned to the next sequence's surprise.
  ~market() {
    for (std::size_t i = 0; i < models_.size(); ++i) {
      for (; models_[i].what == kind::mutex && models_[i].value > 0; --models_[i].value) mutex_[i / kinds].unlock();
    }
  }

  void step() {
    const std::size_t i = pick(models_.size());
    switch (pick(11)) {
      case 0: signal_by_hand(i); break;
      case 1: reset_or_pulse(i); break;
      case 2: try_one(i); break;
      case 3: try_any(); break;
      case 4: try_all(); break;
      case 5: signal_and_wait(i, pick(models_.size())); break;
      case 6: exchange_handles(i); break;
      case 7: disarm(pick(waits_)); break;
      case 8:
      case 9: arm(pick(waits_), i); break;
      default: try_until_it_is_empty(i); break;
    }
    EXPECT_EQ(called_, to_call_) << told_;
  }

  const std::string& told() const { return told_; }

 private:
  static constexpr std::size_t kinds = 5;
  static constexpr std::size_t waits_ = 4;

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  const q::handle& handle_of(std::size_t i) const {
    const std::size_t which = i / kinds;
    switch (models_[i].what) {
      case kind::automatic: return automatic_[which];
      case kind::manual: return manual_[which];
      case kind::semaphore: return semaphore_[which];
      case kind::timer: return timer_[which];
      default: return mutex_[which];
    }
  }

  void tell(const std::string& what) { told_ += what + "; "; }

  void signal_by_hand(std::size_t i) {
    model& one = models_[i];
    tell("signal " + std::to_string(i));
    switch (one.what) {
      case kind::automatic: automatic_[i / kinds].set(); break;
      case kind::manual: manual_[i / kinds].set(); break;
      case kind::semaphore: return release(i, static_cast<std::uint32_t>(pick(4)));
      case kind::timer: timer_[i / kinds].set(0s); break;
      default:
        if (one.value == 0) {
          EXPECT_THROW(mutex_[i / kinds].unlock(), std::logic_error);
          return;
        }
        mutex_[i / kinds].unlock();
    }
    expect_called(one.signal());
  }

  void release(std::size_t i, std::uint32_t n) {
    model& one = models_[i];
    if (one.value + n > one.maximum) {
      EXPECT_THROW(semaphore_[i / kinds].release(n), std::system_error);
      return;
    }
    EXPECT_EQ(semaphore_[i / kinds].release(n), one.value);
    expect_called(one.signal(n));
  }

  void reset_or_pulse(std::size_t i) {
    model& one = models_[i];
    const bool pulses = pick(2) == 0;
    tell((pulses ? "pulse " : "reset ") + std::to_string(i));
    if (one.what == kind::automatic) {
      q::auto_reset_event& event = automatic_[i / kinds];
      pulses ? event.pulse() : event.reset();
    } else if (one.what == kind::manual) {
      q::manual_reset_event& event = manual_[i / kinds];
      pulses ? event.pulse() : event.reset();
    } else if (one.what == kind::timer) {
      timer_[i / kinds].set(1h);
      if (pulses) timer_[i / kinds].cancel();
    } else {
      return;
    }
    if (pulses && one.what != kind::timer) expect_called(one.signal());
    one.value = 0;
  }

  void arm(std::size_t wait, std::size_t i) {
    model& one = models_[i];
    if (!one.may_be_waited_for_inline()) return;
    tell("arm " + std::to_string(wait) + " with " + std::to_string(i));
    const bool was_armed = leave_queue(wait);
    EXPECT_EQ(registered_[wait].arm(handle_of(i)), was_armed ? q::arm_status::replaced : q::arm_status::armed) << told_;
    if (!one.is_available()) return one.queue.push_back(wait);
    one.take();
    expect_called({wait});
  }

  void disarm(std::size_t wait) {
    tell("disarm " + std::to_string(wait));
    EXPECT_EQ(registered_[wait].disarm(), leave_queue(wait)) << told_;
  }

  // In the model. Whether it stood in one.
  bool leave_queue(std::size_t wait) {
    return std::ranges::any_of(models_, [&](model& each) { return std::erase(each.queue, wait) != 0; });
  }

  void expect_called(const std::vector<std::size_t>& waits) {
    to_call_.insert(to_call_.end(), waits.begin(), waits.end());
  }

  void try_one(std::size_t i) {
    tell("try " + std::to_string(i));
    expect_taken(q::try_wait(handle_of(i)), i, models_[i].is_available());
  }

  void try_until_it_is_empty(std::size_t i) {
    tell("empty " + std::to_string(i));
    for (int turn = 0; turn < 5; ++turn) try_one(i);
  }

  // The lowest index that is signalled; the same object may stand there twice.
  void try_any() {
    std::vector<std::size_t> chosen(1 + pick(5));
    std::vector<q::handle_ref> handles;
    std::string text = "any";
    for (std::size_t& each : chosen) {
      each = pick(models_.size());
      handles.emplace_back(handle_of(each));
      text += ' ' + std::to_string(each);
    }
    tell(text);
    const q::wait_result result = pick(2) == 0 ? q::try_wait_any(handles) : q::wait_any_for(handles, 0s);
    const auto found = std::ranges::find_if(chosen, [&](std::size_t i) { return models_[i].is_available(); });
    if (found == chosen.end()) return expect_nothing(result);
    EXPECT_EQ(result.status, q::wait_status::signalled) << told_;
    EXPECT_EQ(result.index, static_cast<std::size_t>(found - chosen.begin())) << told_;
    models_[*found].take();
  }

  void try_all() {
    std::vector<std::size_t> chosen(1 + pick(4));
    std::vector<q::handle_ref> handles;
    std::string text = "all";
    for (std::size_t& each : chosen) {
      each = pick(models_.size());
      handles.emplace_back(handle_of(each));
      text += ' ' + std::to_string(each);
    }
    tell(text);
    std::vector<std::size_t> sorted = chosen;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
      EXPECT_THROW(static_cast<void>(q::try_wait_all(handles)), std::logic_error) << told_;
      return;
    }
    const q::wait_result result = pick(2) == 0 ? q::try_wait_all(handles) : q::wait_all_for(handles, 0s);
    if (!std::ranges::all_of(chosen, [&](std::size_t i) { return models_[i].is_available(); })) {
      return expect_nothing(result);
    }
    EXPECT_EQ(result.status, q::wait_status::signalled) << told_;
    for (const std::size_t i : chosen) models_[i].take();
  }

  void signal_and_wait(std::size_t to_signal, std::size_t to_wait) {
    tell("signal " + std::to_string(to_signal) + " and wait for " + std::to_string(to_wait));
    const auto act = [&] { return q::signal_and_wait_for(handle_of(to_signal), handle_of(to_wait), 0s); };
    if (!models_[to_signal].can_signal()) {
      EXPECT_ANY_THROW(static_cast<void>(act())) << told_;
      return;
    }
    const q::wait_result result = act();
    const std::vector<std::size_t> handed_over = models_[to_signal].signal();
    expect_called(handed_over);
    // Their callbacks are made by the pool, since this thread might have had to wait.
    for (const std::size_t wait : handed_over) registered_[wait].wait_for_callbacks();
    expect_taken(result, to_wait, models_[to_wait].is_available());
  }

  // The object stays what it is whichever handle is closed.
  void exchange_handles(std::size_t i) {
    tell("exchange " + std::to_string(i));
    const std::size_t which = i / kinds;
    switch (models_[i].what) {
      case kind::automatic: automatic_[which] = automatic_[which].duplicate(); break;
      case kind::manual: manual_[which] = manual_[which].duplicate(); break;
      case kind::semaphore: semaphore_[which] = semaphore_[which].duplicate(); break;
      case kind::timer: timer_[which] = timer_[which].duplicate(); break;
      default: mutex_[which] = mutex_[which].duplicate();
    }
  }

  void expect_taken(const q::wait_result& result, std::size_t i, bool is_available) {
    if (!is_available) return expect_nothing(result);
    EXPECT_EQ(result.status, q::wait_status::signalled) << told_;
    EXPECT_EQ(result.index, 0U) << told_;
    models_[i].take();
  }

  void expect_nothing(const q::wait_result& result) const {
    EXPECT_EQ(result.status, q::wait_status::timed_out) << told_;
    EXPECT_EQ(result.index, q::wait_result::none) << told_;
  }

  std::mt19937 random_;
  std::array<q::auto_reset_event, 2> automatic_;
  std::array<q::manual_reset_event, 2> manual_;
  std::array<q::semaphore, 2> semaphore_{q::semaphore(0), q::semaphore(0)};
  std::array<q::mutex, 2> mutex_;
  std::array<q::timer, 2> timer_;
  std::vector<model> models_;
  std::string told_;
  std::vector<std::size_t> called_, to_call_;
  std::vector<q::registered_wait> registered_;  // the first to go
};

TEST(OperationsFuzz, WhateverOneThreadDoesToSeveralObjectsIsWhatAModelSays_A2_A3_A4_A6_A7_B2_B3_B4_C4) {
  q::thread_pool pool({.running = 1});  // so that what is handed over to it keeps its order
  for (std::uint32_t seed = 0; seed < 2'000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    market one(seed, pool);
    for (int step = 0; step < 60 && !::testing::Test::HasFailure(); ++step) one.step();
  }
}

}  // namespace
