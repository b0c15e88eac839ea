/// Searches by lot, for programs that are too large for a search that comes to an end. Each execution is drawn anew; a seed
/// and the number of the execution decide over it. With pct, and so with sampling, the longest execution that this worker has
/// made so far does, too, as priorities change among so many choices: there a seed and the number of workers decide.
#pragma once

#include <cstdint>

#include "explore/explore.hpp"
#include "search.hpp"

namespace explore {

constexpr bool is_sampling(strategy by) noexcept {
  return by == strategy::random || by == strategy::sampling || by == strategy::pos || by == strategy::pct;
}

class random_numbers {
 public:
  /// The `number`th of the sequences that belong to the seed.
  random_numbers(std::uint64_t seed, std::uint64_t number) noexcept
      : state_(mix(seed + 0x9e3779b97f4a7c15U * number)) {}
  std::uint64_t next() noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  std::uint64_t below(std::uint64_t limit) noexcept { return (next() >> 20) % limit; }

 private:
  static std::uint64_t mix(std::uint64_t value) noexcept {
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
  }
  std::uint64_t state_;
};

/// The threads run by priorities that change at a few steps: a bug that needs `depth` steps in a certain order, in a program of
/// n threads and k steps, is found by an execution with a probability of at least 1 / (n k^(depth - 1)). (Burckhardt, Kothari,
/// Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010.)
class changing_priorities {
 public:
  static constexpr unsigned most_depth = 32;
  void begin(random_numbers& numbers, unsigned depth, std::uint32_t steps) noexcept;
  /// A thread of `among`, before a step at which more than one could go on if `is_choice`.
  unsigned choose(random_numbers& numbers, std::uint32_t among, bool is_choice) noexcept;
  void yields(unsigned thread) noexcept { priority_[thread] = --lowest_; }

 private:
  std::int64_t priority_[most_threads];
  std::uint32_t ranked_ = 0;  // threads that have a priority
  std::int64_t lowest_ = 0;   // of those that have yielded, which come after all others
  std::uint32_t choices_ = 0;
  unsigned points_ = 0;
  std::uint32_t point_[most_depth];  // the choice before which the thread that would go on gets a low priority
};

/// Each step that a thread is about to make has a priority by lot, which it gets anew when a step is made that it depends on.
/// So it is the orders of dependent steps that are drawn, nearly evenly, and not the interleavings. (Yuan, Yang, Gu: Partial
/// Order Aware Concurrency Sampling, CAV 2018.)
class step_priorities {
 public:
  void begin() noexcept { drawn_ = 0; }
  unsigned choose(random_numbers& numbers, std::uint32_t among) noexcept;
  void made(const engine& in, const operation& done, unsigned thread) noexcept;

 private:
  std::uint64_t priority_[most_threads];
  std::uint32_t drawn_ = 0;  // threads whose pending step has one
};

/// One of the ways to draw, or all of them in turn. A time-out is taken seldom while there is anything else to do.
class sampling_search final : public search {
 public:
  /// Draws the executions `first`, `first + step`, ... of those that the seed has; `first` is below `step`.
  sampling_search(strategy by, const options& how, std::uint64_t first, std::uint64_t step) noexcept;
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  int pick_value(const engine& in, unsigned values) noexcept override;
  void made(const engine& in, const operation& done, const event& made) noexcept override;
  bool advance(const engine& in) noexcept override;
  std::uint64_t number() const noexcept { return number_; }

 private:
  void draw() noexcept;

  strategy by_;
  std::uint64_t seed_;
  unsigned depth_;
  std::uint64_t step_;
  std::uint64_t number_;
  random_numbers numbers_;
  strategy now_ = strategy::random;  // of the execution that runs
  std::uint32_t choices_ = 0;        // steps of it at which more than one thread could go on
  std::uint32_t most_choices_ = 16;  // of an execution so far
  changing_priorities changing_;
  step_priorities of_steps_;
};

}  // namespace explore
