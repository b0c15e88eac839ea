#include "wait/taking_together.hpp"

#include "wait/state_lock.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

waitable::glance try_take_together(handles objects) noexcept {
  const std::uint64_t owner = thread_record::current().number();
  waitable::glance outcome = waitable::glance::taken;
  std::size_t locked = 0;
  for (; locked < objects.size(); ++locked) {
    waitable& object = *objects[locked].object();
    outcome = state_lock::try_lock_available(object, owner);
    if (outcome != waitable::glance::taken) break;
    object.add_reference();  // who sees that one of them was taken may close the others
  }
  const bool all = outcome == waitable::glance::taken;
  for (const handle_ref each : objects.first(locked)) {
    state_lock lock(*each.object(), state_lock::locked_already{});
    if (all) lock.take(owner);
  }
  if (all) {
    for (const handle_ref each : objects) state_lock::now_taken(*each.object());
  }
  // May run code of the user, which must find the thread owning all that it has taken.
  for (const handle_ref each : objects.first(locked)) each.object()->release();
  return outcome;
}

}  // namespace quiesce::inline v0
