#include "search_sampling.hpp"

#include "engine.hpp"

namespace explore {
namespace {

// Above the priorities of all threads that were passed over at a point of change, or have yielded.
constexpr std::int64_t first_priority = std::int64_t{1} << 32;

constexpr bool has_several(std::uint32_t threads) noexcept { return (threads & (threads - 1)) != 0; }

template <class Priority>
unsigned highest(std::uint32_t among, const Priority* priority) noexcept {
  unsigned found = lowest(among);
  for (std::uint32_t rest = among; rest != 0; rest &= rest - 1) {
    if (priority[lowest(rest)] > priority[found]) found = lowest(rest);
  }
  return found;
}

}  // namespace

// --- PCT ------------------------------------------------------------------------------------------------------------

void changing_priorities::begin(random_numbers& numbers, unsigned depth, std::uint32_t steps) noexcept {
  ranked_ = choices_ = 0;
  lowest_ = 0;
  points_ = depth - 1;
  for (unsigned i = 0; i < points_; ++i) point_[i] = 1 + static_cast<std::uint32_t>(numbers.below(steps));
}

unsigned changing_priorities::choose(random_numbers& numbers, std::uint32_t among, bool is_choice) noexcept {
  for (std::uint32_t rest = among & ~ranked_; rest != 0; rest &= rest - 1) {
    priority_[lowest(rest)] = first_priority + static_cast<std::int64_t>(numbers.next() >> 8);
  }
  ranked_ |= among;
  if (is_choice) {
    ++choices_;
    for (unsigned i = 0; i < points_; ++i) {
      if (point_[i] == choices_) priority_[highest(among, priority_)] = i + 1;
    }
  }
  return highest(among, priority_);
}

// --- POS ------------------------------------------------------------------------------------------------------------

unsigned step_priorities::choose(random_numbers& numbers, std::uint32_t among) noexcept {
  for (std::uint32_t rest = among & ~drawn_; rest != 0; rest &= rest - 1) priority_[lowest(rest)] = numbers.next();
  drawn_ |= among;
  return highest(among, priority_);
}

void step_priorities::made(const engine& in, const operation& done, unsigned thread) noexcept {
  drawn_ &= ~bit(thread);
  for (std::uint32_t rest = drawn_; rest != 0; rest &= rest - 1) {
    if (depend(in.pending(lowest(rest)), done)) drawn_ &= ~bit(lowest(rest));
  }
}

// --- All of them ----------------------------------------------------------------------------------------------------

sampling_search::sampling_search(strategy by, const options& how, std::uint64_t first, std::uint64_t step) noexcept
    : by_(by), seed_(how.seed), depth_(how.depth), step_(step), number_(first), numbers_(how.seed, first) {
  draw();
}

void sampling_search::draw() noexcept {
  numbers_ = random_numbers(seed_, number_);
  choices_ = 0;
  now_ = by_;
  unsigned depth = depth_;
  if (by_ == strategy::sampling) {
    constexpr unsigned turns = 8;
    constexpr strategy turn[turns] = {strategy::pos, strategy::pct, strategy::pos, strategy::pct,
                                      strategy::pos, strategy::pct, strategy::pct, strategy::random};
    constexpr unsigned depth_of[turns] = {0, 2, 0, 3, 0, 4, 5, 0};
    now_ = turn[number_ % turns];
    depth = depth_of[number_ % turns];
  }
  if (now_ == strategy::pct) changing_.begin(numbers_, depth, most_choices_);
  if (now_ == strategy::pos) of_steps_.begin();
}

int sampling_search::choose(const engine&, const crossroads& at) noexcept {
  std::uint32_t among = at.enabled & ~at.by_time;
  if (among == 0 || (at.by_time != 0 && numbers_.next() % 8 == 0)) among = at.enabled;
  const bool is_choice = has_several(at.enabled);
  if (is_choice) ++choices_;
  if (now_ == strategy::pct) return static_cast<int>(changing_.choose(numbers_, among, is_choice));
  if (now_ == strategy::pos) return static_cast<int>(of_steps_.choose(numbers_, among));
  for (auto skip = numbers_.below(static_cast<unsigned>(__builtin_popcount(among))); skip != 0; --skip)
    among &= among - 1;
  return static_cast<int>(lowest(among));
}

// As often the newest as any other.
int sampling_search::pick(const engine&, unsigned messages) noexcept {
  const std::uint64_t dice = numbers_.next() >> 20;
  return dice % 2 == 0 ? 0 : static_cast<int>(dice / 2 % messages);
}

int sampling_search::pick_value(const engine&, unsigned values) noexcept {
  return static_cast<int>(numbers_.below(values));
}

void sampling_search::made(const engine& in, const operation& done, const event& made) noexcept {
  if (now_ == strategy::pos) of_steps_.made(in, done, made.thread);
  if (now_ == strategy::pct && done.what == op::yield) changing_.yields(made.thread);
}

bool sampling_search::advance(const engine&) noexcept {
  if (choices_ > most_choices_) most_choices_ = choices_;
  number_ += step_;
  draw();
  return true;
}

}  // namespace explore
