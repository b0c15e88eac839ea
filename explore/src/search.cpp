#include "search.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <utility>

#include "engine.hpp"

namespace explore {
namespace {

void* reserve(std::size_t size) noexcept {
  void* const got = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) std::abort();
  return got;
}

std::uint8_t lowest(std::uint32_t threads) noexcept { return static_cast<std::uint8_t>(__builtin_ctz(threads)); }

}  // namespace

bool is_same(const choice& known, const crossroads& at) noexcept {
  return known.enabled == at.enabled && known.signature == static_cast<std::uint32_t>(at.history);
}

int choice::take_message(unsigned of) noexcept {
  if (messages == 0) messages = static_cast<std::uint16_t>(of);
  return messages == of ? message : search::lost;
}

choice_stack::choice_stack(std::size_t most) noexcept
    : memory_(static_cast<choice*>(reserve((most + 1) * sizeof(choice)))), most_(most + 1) {}

choice_stack::~choice_stack() { ::munmap(memory_, most_ * sizeof(choice)); }

// --- depth first ----------------------------------------------------------------------------------------------------

int depth_first_search::choose(const engine&, const crossroads& at) noexcept {
  if (at.position < path_.size()) {
    const choice& known = path_[at.position];
    return is_same(known, at) ? known.chosen : lost;
  }
  path_.push({.enabled = at.enabled,
              .asleep = 0,
              .wanted = at.enabled,
              .tried = 0,
              .signature = static_cast<std::uint32_t>(at.history),
              .chosen = static_cast<std::uint8_t>(at.by_default),
              .by_default = static_cast<std::uint8_t>(at.by_default),
              .message = 0,
              .messages = 0,
              .cost = 0});
  return static_cast<int>(at.by_default);
}

int depth_first_search::pick(const engine& in, unsigned messages) noexcept {
  return path_[in.position()].take_message(messages);
}

bool depth_first_search::advance(const engine&) noexcept {
  while (!path_.empty()) {
    choice& last = path_.top();
    if (last.has_another_message()) return ++last.message, true;
    last.tried |= bit(last.chosen);
    if (const std::uint32_t rest = last.wanted & ~last.tried; rest != 0) {
      last.take_thread(lowest(rest));
      return true;
    }
    path_.pop();
  }
  return false;
}

// --- bounded --------------------------------------------------------------------------------------------------------

bounded_search::bounded_search(std::size_t steps, std::uint32_t most_deviations) noexcept
    : path_(steps), most_(most_deviations), visited_(static_cast<visited*>(reserve(places * sizeof(visited)))) {}

bounded_search::~bounded_search() { ::munmap(visited_, places * sizeof(visited)); }

// False: a prefix with this history was continued with no smaller budget.
bool bounded_search::visit(std::uint64_t history, std::uint32_t budget) noexcept {
  std::size_t at = history % places;
  for (std::size_t tried = 0; tried < 64; ++tried, at = (at + 1) % places) {
    visited& place = visited_[at];
    if (place.budget_and_one == 0) {
      if (used_ > places / 2) return true;  // full: what is not remembered is explored again
      place = {history, budget + 1};
      ++used_;
      return true;
    }
    if (place.history != history) continue;
    if (place.budget_and_one > budget) return false;
    place.budget_and_one = budget + 1;
    return true;
  }
  return true;
}

int bounded_search::choose(const engine&, const crossroads& at) noexcept {
  if (at.position < path_.size()) {
    const choice& known = path_[at.position];
    return is_same(known, at) ? known.chosen : lost;
  }
  const std::uint16_t cost = path_.empty() ? std::uint16_t{0} : path_.top().cost;
  const std::uint64_t history = at.history ^ ((at.running + 1) * 0x9e3779b97f4a7c15U);
  if (!visit(history, bound_ - cost)) return drop;
  path_.push({.enabled = at.enabled,
              .asleep = 0,
              .wanted = at.enabled,
              .tried = 0,
              .signature = static_cast<std::uint32_t>(at.history),
              .chosen = static_cast<std::uint8_t>(at.by_default),
              .by_default = static_cast<std::uint8_t>(at.by_default),
              .message = 0,
              .messages = 0,
              .cost = cost});
  return static_cast<int>(at.by_default);
}

int bounded_search::pick(const engine& in, unsigned messages) noexcept {
  return path_[in.position()].take_message(messages);
}

bool bounded_search::advance(const engine&) noexcept {
  while (!path_.empty()) {
    choice& last = path_.top();
    if (last.has_another_message()) {
      const unsigned cost = last.message == 0 ? last.cost + 1U : last.cost;
      if (cost <= bound_) {
        last.cost = static_cast<std::uint16_t>(cost);
        return ++last.message, true;
      }
      cut_ = true;
    }
    last.tried |= bit(last.chosen);
    if (const std::uint32_t rest = last.wanted & ~last.tried; rest != 0) {
      const unsigned before = path_.size() == 1 ? 0U : path_[path_.size() - 2].cost;
      if (before + 1 <= bound_) {
        last.cost = static_cast<std::uint16_t>(before + 1);
        last.take_thread(lowest(rest));
        return true;
      }
      cut_ = true;
    }
    path_.pop();
  }
  if (!cut_) {
    finished_ = true;
    return false;
  }
  if (bound_ == most_) return false;
  ++bound_;
  cut_ = false;
  ::munmap(visited_, places * sizeof(visited));
  visited_ = static_cast<visited*>(reserve(places * sizeof(visited)));
  used_ = 0;
  return true;
}

// --- random ---------------------------------------------------------------------------------------------------------

std::uint64_t random_search::mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

std::uint64_t random_search::next() noexcept {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_;
}

int random_search::choose(const engine&, const crossroads& at) noexcept {
  std::uint32_t among = at.enabled & ~at.by_time;
  if (among == 0 || (at.by_time != 0 && next() % 8 == 0)) among = at.enabled;
  unsigned count = 0;
  for (std::uint32_t rest = among; rest != 0; rest &= rest - 1) ++count;
  for (auto skip = static_cast<unsigned>(next() >> 20) % count; skip != 0; --skip) among &= among - 1;
  return lowest(among);
}

// As often the newest as any other.
int random_search::pick(const engine&, unsigned messages) noexcept {
  const std::uint64_t dice = next() >> 20;
  return dice % 2 == 0 ? 0 : static_cast<int>(dice / 2 % messages);
}

int random_search::pick_value(const engine&, unsigned values) noexcept {
  return static_cast<int>((next() >> 20) % values);
}

bool random_search::advance(const engine&) noexcept {
  state_ = mix(seed_ + 0x9e3779b97f4a7c15U * ++execution_);
  return true;
}

// --- replay ---------------------------------------------------------------------------------------------------------

int replayed_search::choose(const engine&, const crossroads& at) noexcept {
  if (at.position >= count_) return static_cast<int>(at.by_default);
  const unsigned chosen = step_choice::thread(choices_[at.position]);
  return (at.enabled & bit(chosen)) != 0 ? static_cast<int>(chosen) : lost;
}

int replayed_search::pick(const engine& in, unsigned messages) noexcept {
  const unsigned message = in.position() < count_ ? step_choice::message(choices_[in.position()]) : 0;
  return message < messages ? static_cast<int>(message) : lost;
}

int scheduled_search::choose(const engine&, const crossroads& at) noexcept {
  if (message_ != 0) return lost;  // the step before this one had no choice
  if (next_ == count_ || deviations_[next_].position != at.position) return static_cast<int>(at.by_default);
  const unsigned chosen = step_choice::thread(deviations_[next_].choice);
  message_ = step_choice::message(deviations_[next_++].choice);
  return (at.enabled & bit(chosen)) != 0 ? static_cast<int>(chosen) : lost;
}

int scheduled_search::pick(const engine&, unsigned messages) noexcept {
  const unsigned message = std::exchange(message_, 0);
  return message < messages ? static_cast<int>(message) : lost;
}

}  // namespace explore
