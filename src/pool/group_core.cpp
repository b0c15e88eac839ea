#include "pool/group_core.hpp"

#include "os/pinned_code.hpp"
#include "pool/registration.hpp"
#include "quiesce/wait.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

group_core::joining group_core::join(registration& member) noexcept {
  const std::lock_guard hold(lock_);
  if (closing_) return joining::refused;
  switch (member.enter(*this)) {
    case registration::entering::entered: break;
    case registration::entering::has_stopped:
    case registration::entering::is_there: return joining::joined;
    case registration::entering::elsewhere: return joining::elsewhere;
  }
  member.add_reference();
  member_link<registration>::link<&registration::in_group>(member, members_);
  ++open_;
  return joining::joined;
}

void group_core::leave_list(registration& member) noexcept {
  {
    const std::lock_guard hold(lock_);
    member.in_group().unlink<&registration::in_group>();
  }
  member.release();  // the list's; the member has others while it stops
}

void group_core::member_closed() noexcept {
  bool is_last;
  {
    const std::lock_guard hold(lock_);
    is_last = --open_ == 0 && closing_;
  }
  if (is_last) set();
  release();
}

void group_core::request_stop() noexcept {
  add_reference();  // what a member captured may own the group
  bool is_over;
  {
    std::unique_lock hold(lock_);
    closing_ = true;
    // Without the lock, since closing a member may run destructors of the user. All are closed before any is waited for.
    while (registration* const member = members_) {
      member->in_group().unlink<&registration::in_group>();
      member_link<registration>::link<&registration::in_group>(*member, closing_members_);
      member->add_reference();
      hold.unlock();
      member->request_stop();
      member->release();
      hold.lock();
    }
    is_over = open_ == 0;
  }
  if (is_over) set();
  release();
}

stop_result group_core::stop_until(deadline until, blocked_stop::kind kind,
                                   const std::source_location& where) noexcept {
  add_reference();  // what a member captured may own the group
  request_stop();
  stop_result result;
  const bool inside = stop_own(result.dropped);
  while (registration* const member = next_to_wait_for()) {
    const stop_result of_member = member->stop_until(until, kind, where).result;
    member->release();
    result.dropped += of_member.dropped;
    result.status = of_member.status;
    if (result.status != stop_status::stopped) break;
  }
  if (result.status == stop_status::stopped && inside) result.status = stop_status::deferred;
  // The last members have left the list, and may not have told yet.
  if (result.status == stop_status::stopped && !wait_until(handle_ref(*this), until)) {
    result.status = stop_status::timed_out;
  }
  if (result.status == stop_status::stopped) os::pinned_code::close_all();
  release();
  return result;
}

// Those on the call chain of this thread cannot be waited for: what is due of them is dropped. Whether there are any.
bool group_core::stop_own(std::size_t& dropped) noexcept {
  bool found = false;
  for (const callback_frame* frame = thread_record::current().innermost; frame != nullptr; frame = frame->outer) {
    registration* const member = find(frame->of);
    if (member == nullptr) continue;
    found = true;
    dropped += member->stop_until(never).result.dropped;
    member->release();
  }
  return found;
}

// With a reference for the caller.
registration* group_core::find(const void* callback) noexcept {
  const std::lock_guard hold(lock_);
  for (registration* each = closing_members_; each != nullptr; each = each->in_group().next()) {
    if (each != callback) continue;
    each->add_reference();
    return each;
  }
  return nullptr;
}

// The same: the first member that this thread is not inside of.
registration* group_core::next_to_wait_for() noexcept {
  const std::lock_guard hold(lock_);
  for (registration* each = closing_members_; each != nullptr; each = each->in_group().next()) {
    if (thread_record::current().is_inside(each)) continue;
    each->add_reference();
    return each;
  }
  return nullptr;
}

void group_core::append_in_flight(std::vector<callback_info>& to) {
  referenced_registrations members;
  {
    const std::unique_lock hold = members.lock_with_room(lock_, open_);
    for (registration* const list : {members_, closing_members_}) {
      for (registration* each = list; each != nullptr; each = each->in_group().next()) members.add(*each);
    }
  }
  for (registration* const each : members.all) each->append_in_flight(to);
}

}  // namespace quiesce::inline v0
