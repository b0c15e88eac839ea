#include "search.hpp"

#include <cstdlib>
#include <utility>

#include "engine.hpp"
#include "own_memory.hpp"
#include "search_tree.hpp"

namespace explore {
namespace {

void* reserve(std::size_t size) noexcept {
  void* const got = own_memory::map(size);
  if (got == nullptr) std::abort();
  return got;
}

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

choice_stack::~choice_stack() { own_memory::unmap(memory_, most_ * sizeof(choice)); }

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

bool depth_first_search::advance(const engine&) noexcept { return path_.advance(); }

// --- bounded --------------------------------------------------------------------------------------------------------

bounded_search::bounded_search(std::size_t steps, std::uint32_t most_deviations) noexcept
    : path_(steps), most_(most_deviations), visited_(static_cast<visited*>(reserve(places * sizeof(visited)))) {}

bounded_search::~bounded_search() { own_memory::unmap(visited_, places * sizeof(visited)); }

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
  has_begun_ |= (path_.empty() ? 0U : path_.top().cost) == bound_;
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
  cut_ = has_begun_ = false;
  own_memory::unmap(visited_, places * sizeof(visited));
  visited_ = static_cast<visited*>(reserve(places * sizeof(visited)));
  used_ = 0;
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
