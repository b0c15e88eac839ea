#include <array>

#include "base/contract.hpp"
#include "quiesce/wait.hpp"
#include "wait/given_handles.hpp"
#include "wait/thread_wait.hpp"

namespace quiesce::inline v0 {
namespace {

void refuse(signal_outcome why, waitable& object, const std::source_location& where) {
  switch (why) {
    case signal_outcome::signalled: return;
    case signal_outcome::full: base::too_large("a semaphore at its maximum was released", object.name(), where);
    case signal_outcome::not_owned:
      base::misuse("a mutex was unlocked by a thread that does not own it", object.name(), where);
    case signal_outcome::not_signallable:
      base::misuse("an object was signalled that is no event, semaphore or mutex", object.name(), where);
  }
}

}  // namespace

wait_result signal_and_wait_until(handle_ref to_signal, handle_ref to_wait, deadline until, std::stop_token token,
                                  std::source_location where) {
  check_given(std::array{to_signal, to_wait}, where);
  if (to_wait.object()->is_taken_too_often() && to_wait.object() != to_signal.object()) {
    refuse_too_often(*to_wait.object(), where);
  }
  waiter place;
  signal_outcome outcome;
  const wait_result result = thread_wait(one(to_wait), std::span(&place, 1), where)
                                 .signal_and_block_until(*to_signal.object(), outcome, until, token);
  refuse(outcome, *to_signal.object(), where);
  return result;
}

wait_result signal_and_wait(handle_ref to_signal, handle_ref to_wait, std::stop_token token,
                            std::source_location where) {
  return signal_and_wait_until(to_signal, to_wait, never, token, where);
}

wait_result signal_and_wait_for(handle_ref to_signal, handle_ref to_wait, time_limit limit, std::stop_token token,
                                std::source_location where) {
  return signal_and_wait_until(to_signal, to_wait, limit, token, where);
}

}  // namespace quiesce::inline v0
