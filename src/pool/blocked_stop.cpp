#include "pool/blocked_stop.hpp"

#include <mutex>

#include "base/contract.hpp"

namespace quiesce::inline v0 {
namespace {

// Taken by stops that come from inside callbacks, and by nothing else.
constinit std::mutex graph_lock;
constinit blocked_stop* first_blocked = nullptr;  // guarded by graph_lock

}  // namespace

blocked_stop::blocked_stop(const void* target, kind what, const std::source_location& where,
                           std::uint64_t number) noexcept
    : target_(target), number_(number), kind_(what), where_(where), frames_(thread_record::current().innermost) {
  if (frames_ == nullptr) return;
  const std::lock_guard hold(graph_lock);
  next_ = first_blocked;
  previous_ = &first_blocked;
  if (next_ != nullptr) next_->previous_ = &next_;
  first_blocked = this;
  for (blocked_stop* each = first_blocked; each != nullptr; each = each->next_) each->is_visited_ = false;
  if (!closes_circle(*this)) return;
  for (blocked_stop* each = first_blocked; each != nullptr; each = each->next_) {
    if (each->is_visited_ && each->in_circle_) each->defer();
  }
}

blocked_stop::~blocked_stop() {
  if (frames_ == nullptr) return;
  const std::lock_guard hold(graph_lock);
  *previous_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

// Whether a thread with these callbacks on its call chain keeps the target from ending.
bool blocked_stop::is_held_up_by(const callback_frame* innermost) const noexcept {
  for (const callback_frame* frame = innermost; frame != nullptr; frame = frame->outer) {
    if ((frame->of == target_ || frame->pool == target_) && frame->begun_after < number_) return true;
  }
  return false;
}

// Whether what this waits for is held up, directly or not, by the thread of the newcomer. Each is looked at once: another
// circle that does not pass through the newcomer there is none (I3).
bool blocked_stop::closes_circle(blocked_stop& newcomer) noexcept {
  if (is_visited_) return in_circle_;
  is_visited_ = true;
  in_circle_ = is_held_up_by(newcomer.frames_);
  for (blocked_stop* each = first_blocked; each != nullptr; each = each->next_) {
    if (each == &newcomer || each->is_deferred_ || !is_held_up_by(each->frames_)) continue;
    if (each->closes_circle(newcomer)) in_circle_ = true;
  }
  return in_circle_;
}

void blocked_stop::defer() noexcept {
  if (kind_ == kind::destructor) {
    base::fatal_misuse("callbacks stop each other in a circle, and one of the stops is a destructor", {}, where_);
  }
  if (kind_ == kind::callbacks) {
    base::fatal_misuse("callbacks wait for each other in a circle, and one of the waits is wait_for_callbacks", {},
                       where_);
  }
  is_deferred_ = true;
  deferred_.set();
}

}  // namespace quiesce::inline v0
