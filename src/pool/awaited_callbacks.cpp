#include "pool/awaited_callbacks.hpp"

#include "pool/run_word.hpp"

namespace quiesce::inline v0 {

void awaited_callbacks::add(wait& added, std::uint64_t word) noexcept {
  added.number = ++last_number_;
  added.signals = run_word::signals(word);
  added.expiries = run_word::expiries(word);
  added.running = run_word::running(word) + giving_back_;
  *end_ = &added;
  end_ = &added.next;
}

std::uint64_t awaited_callbacks::begins(bool by_signal) noexcept {
  std::uint64_t begun_after = 0;
  for (wait* each = first_; each != nullptr; each = each->next) {
    std::uint64_t& left = by_signal ? each->signals : each->expiries;
    if (left == 0) {
      begun_after = each->number;
    } else {
      --left;
      ++each->running;
    }
  }
  return begun_after;
}

void awaited_callbacks::ends(std::uint64_t begun_after) noexcept {
  for (wait* each = first_; each != nullptr; each = each->next) {
    if (each->number > begun_after) --each->running;
  }
  tell_finished();
}

// For those who wait, giving back is like a callback that begins when all is dropped.
std::uint64_t awaited_callbacks::drop(bool gives_back) noexcept {
  if (gives_back) ++giving_back_;
  std::uint64_t dropped_after = 0;
  for (wait* each = first_; each != nullptr; each = each->next) {
    if (each->signals + each->expiries == 0) {
      dropped_after = each->number;
    } else {
      each->signals = each->expiries = 0;
      if (gives_back) ++each->running;
    }
  }
  tell_finished();
  return dropped_after;
}

void awaited_callbacks::gave_back(std::uint64_t dropped_after) noexcept {
  --giving_back_;
  ends(dropped_after);
}

void awaited_callbacks::tell_finished() noexcept {
  wait** place = &first_;
  while (wait* const each = *place) {
    if (each->signals + each->expiries + each->running != 0) {
      place = &each->next;
      continue;
    }
    *place = each->next;
    each->over.set();  // Last touch of the wait: its thread goes on.
  }
  end_ = place;
}

}  // namespace quiesce::inline v0
