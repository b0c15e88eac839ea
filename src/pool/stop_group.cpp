#include "quiesce/stop_group.hpp"

#include "base/contract.hpp"
#include "pool/group_core.hpp"
#include "pool/registration.hpp"

namespace quiesce::inline v0 {

stop_group::stop_group() : core_(new group_core) {}

stop_group::~stop_group() {
  static_cast<void>(core_->stop_until(never, blocked_stop::kind::destructor));
  core_->release();
}

join_status stop_group::add(const callback_source& member, std::source_location where) noexcept {
  registration& joining = member.checked(where);
  switch (core_->join(joining)) {
    case group_core::joining::joined: return join_status::joined;
    case group_core::joining::refused: joining.request_stop(); return join_status::refused;
    case group_core::joining::elsewhere: break;
  }
  base::fatal_misuse("a member of one stop group was added to another", joining.name(), where);
}

stop_result stop_group::stop(std::source_location where) noexcept {
  return core_->stop_until(never, blocked_stop::kind::stop, where);
}

stop_result stop_group::stop_for(time_limit limit, std::source_location where) noexcept {
  return core_->stop_until(limit, blocked_stop::kind::stop, where);
}

void stop_group::request_stop() noexcept { core_->request_stop(); }

handle_ref stop_group::stopped() const noexcept { return handle_ref(*core_); }

std::vector<callback_info> stop_group::in_flight() const {
  std::vector<callback_info> all;
  core_->append_in_flight(all);
  return all;
}

}  // namespace quiesce::inline v0
