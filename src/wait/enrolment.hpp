#pragma once

#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {

/// Lets one object stand still for as long as this lives, within one hold of the wide lock.
class enrolment {
 public:
  explicit enrolment(waitable& object) noexcept : object_(object) {
    state_lock lock(object_, wide_lock_held{});
    lock.enroll();
  }
  enrolment(const enrolment&) = delete;
  enrolment& operator=(const enrolment&) = delete;
  ~enrolment() {
    state_lock lock(object_, wide_lock_held{});
    lock.leave();
  }

 private:
  waitable& object_;
};

}  // namespace quiesce::inline v0
