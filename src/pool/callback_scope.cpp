#include "quiesce/callback_scope.hpp"

#include "base/contract.hpp"
#include "pool/registration.hpp"

namespace quiesce::inline v0 {

callback_scope::callback_scope(registration& of, wait_status how) noexcept
    : registration_(of), result_{.status = how, .index = how == wait_status::timed_out ? wait_result::none : 0} {}

void callback_scope::set_on_return(handle_ref object, std::source_location where) noexcept {
  waitable* const signalled = object.object();
  if (signalled == nullptr)
    base::fatal_misuse("a null handle was to be signalled at the return of a callback", registration_.name(), where);
  if (!signalled->can_be_signalled()) {
    base::fatal_misuse("what is no event, semaphore or mutex was to be signalled at the return of a callback",
                       signalled->name(), where);
  }
  if (count_on_return_ == most_on_return) {
    base::fatal_misuse("more than four objects were to be signalled at the return of a callback", registration_.name(),
                       where);
  }
  signalled->add_reference();
  on_return_[count_on_return_++] = {signalled, where};
}

void callback_scope::act_on_return() noexcept {
  for (std::size_t i = 0; i < count_on_return_; ++i) {
    waitable& object = *on_return_[i].object;
    const std::source_location& where = on_return_[i].asked;
    switch (object.signal_once()) {
      case signal_outcome::signalled: break;
      case signal_outcome::full:
        base::fatal_misuse("a semaphore at its maximum was to be released at the return of a callback", object.name(),
                           where);
      case signal_outcome::not_owned:
        base::fatal_misuse("a mutex was to be unlocked at the return of a callback that does not own it", object.name(),
                           where);
      case signal_outcome::not_signallable: base::bug("an object was to be signalled that cannot be");
    }
    object.release();
  }
}

arm_status callback_scope::arm(handle_ref object, deadline until, std::source_location where) noexcept {
  if (registration_.source_ != registration::source::wait) {
    base::fatal_misuse("only a registered wait can be armed", registration_.name(), where);
  }
  if (object.object() == nullptr) {
    base::fatal_misuse("a registered wait was armed with a null handle", registration_.name(), where);
  }
  return registration_.arm(*object.object(), until, where);
}

bool callback_scope::may_run_long() noexcept { return registration_.pool_.may_run_long(); }

}  // namespace quiesce::inline v0
