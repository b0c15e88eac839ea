/// Steps with several outcomes, of which the search takes one.
#include "engine.hpp"

namespace explore {

void engine::note_pick(unsigned picked) noexcept {
  std::uint32_t& step_made = answer_.choices[position_];
  step_made = step_choice::with_message(step_made, picked) | shared_outcome::deviates;
}

// It touches nothing: what a thread is given is no other thread's business.
unsigned engine::choose_value(unsigned of, std::uintptr_t pc) noexcept {
  operation next;
  next.what = op::choose;
  next.pc = self().pending.pc = pc;
  if (of == 0 || of > step_choice::most_messages) {
    fail(verdict::bad_use, "choose(%u): one can choose from 1 to %u values", of, step_choice::most_messages);
  }
  announce(next);
  const int chosen = search_->pick_value(*this, of);
  if (chosen == search::lost) end_execution(ending::lost);
  if (chosen != 0) note_pick(static_cast<unsigned>(chosen));
  next.picked = static_cast<std::uint16_t>(chosen);
  traced_event* const event = make(next);
  event->before = of;
  event->after = static_cast<std::uint64_t>(chosen);
  return static_cast<unsigned>(chosen);
}

}  // namespace explore
