#include "trial_search.hpp"

#include "engine.hpp"

namespace explore {

int trial_search::choose(const engine& in, const crossroads& at) noexcept {
  message_ = 0;
  const std::uint32_t steps = in.order_of(at.running).of[at.running];
  for (const interruption& each : wanted_) {
    if (each.thread != at.running || each.steps != steps) continue;
    const unsigned chosen = step_choice::thread(each.choice);
    if ((at.enabled & bit(chosen)) == 0) break;
    message_ = step_choice::message(each.choice);
    return static_cast<int>(chosen);
  }
  return static_cast<int>(at.by_default);
}

int trial_search::pick(const engine&, unsigned messages) noexcept {
  return message_ < messages ? static_cast<int>(message_) : 0;
}

}  // namespace explore
