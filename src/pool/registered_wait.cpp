#include "quiesce/registered_wait.hpp"

#include "base/contract.hpp"
#include "pool/registration.hpp"
#include "quiesce/thread_pool.hpp"

namespace quiesce::inline v0 {

registered_wait::registered_wait(thread_pool& pool, function callback, repeat mode, time_limit again_limit,
                                 const wait_options& options)
    : registration_(&registration::create(*pool.core_, std::move(callback), options.name,
                                          {.overlap = options.overlap, .repeats = mode == repeat::until_stopped},
                                          again_limit)) {}

registered_wait& registered_wait::operator=(registered_wait&& other) noexcept {
  if (this == &other) return *this;
  // Stopped first: a callback that uses this handle meanwhile finds the wait that it belongs to.
  if (registration_ != nullptr) static_cast<void>(registration_->stop_until(never));
  registration* const old = std::exchange(registration_, std::exchange(other.registration_, nullptr));
  if (old != nullptr) old->release();
  return *this;
}

registered_wait::~registered_wait() {
  if (registration_ == nullptr) return;
  static_cast<void>(registration_->stop_until(never));
  registration_->release();
}

registration& registered_wait::checked(const std::source_location& where) const noexcept {
  if (registration_ == nullptr) base::fatal_misuse("a null registered wait was used", {}, where);
  return *registration_;
}

arm_status registered_wait::arm(handle_ref object, deadline until, std::source_location where) noexcept {
  registration& wait = checked(where);
  if (object.object() == nullptr) base::fatal_misuse("a registered wait was armed with a null handle", {}, where);
  return wait.arm(*object.object(), until, where);
}

bool registered_wait::disarm(std::source_location where) noexcept { return checked(where).disarm(); }

stop_result registered_wait::stop(std::source_location where) noexcept {
  return checked(where).stop_until(never).result;
}

stop_result registered_wait::stop_for(time_limit limit, std::source_location where) noexcept {
  return checked(where).stop_until(limit).result;
}

void registered_wait::request_stop(std::source_location where) noexcept { checked(where).request_stop(); }

handle_ref registered_wait::stopped(std::source_location where) const noexcept { return handle_ref(checked(where)); }

}  // namespace quiesce::inline v0
