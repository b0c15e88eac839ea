#include "quiesce/callback_source.hpp"

#include "base/contract.hpp"
#include "pool/registration.hpp"

namespace quiesce::inline v0 {

callback_source& callback_source::operator=(callback_source&& other) noexcept {
  if (this == &other) return *this;
  if (registration* const old = registration_) {
    // Stopped first: a callback that uses this handle meanwhile finds the source that it belongs to.
    old->add_reference();
    static_cast<void>(old->stop_until(never, blocked_stop::kind::destructor));
    const bool is_gone = old->has_no_handle();
    old->release();
    if (is_gone) return *this;  // what the callback captured has owned this handle: there is nothing to assign to
    old->release();
  }
  registration_ = std::exchange(other.registration_, nullptr);
  return *this;
}

callback_source::~callback_source() {
  if (registration_ == nullptr) return;
  registration_->handle_goes();
  static_cast<void>(registration_->stop_until(never, blocked_stop::kind::destructor));
  registration_->release();
}

registration& callback_source::checked(const std::source_location& where) const noexcept {
  if (registration_ == nullptr) base::fatal_misuse("a null registered wait, work or timer was used", {}, where);
  return *registration_;
}

void callback_source::wait_for_callbacks(pending what, std::source_location where) noexcept {
  checked(where).wait_for_callbacks(what == pending::cancel, where);
}

stop_result callback_source::stop(std::source_location where) noexcept {
  return checked(where).stop_until(never, blocked_stop::kind::stop, where).result;
}

stop_result callback_source::stop_for(time_limit limit, std::source_location where) noexcept {
  return checked(where).stop_until(limit, blocked_stop::kind::stop, where).result;
}

void callback_source::request_stop(std::source_location where) noexcept { checked(where).request_stop(); }

handle_ref callback_source::stopped(std::source_location where) const noexcept { return handle_ref(checked(where)); }

std::vector<callback_info> callback_source::in_flight(std::source_location where) const {
  std::vector<callback_info> all;
  checked(where).append_in_flight(all);
  return all;
}

}  // namespace quiesce::inline v0
