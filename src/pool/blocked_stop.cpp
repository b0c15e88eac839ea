#include "pool/blocked_stop.hpp"

#include "pool/registration.hpp"
#include "quiesce/wait.hpp"

namespace quiesce::inline v0 {

blocked_stop::blocked_stop(registration& target, event_object& end, kind what, deadline until,
                           const std::source_location& where, const awaited_callbacks::wait* of) noexcept
    : blocked_wait(!until.is_never(), where),
      source_(&target),
      pool_(target.pool()),
      end_(end),
      of_(of),
      kind_(what),
      has_entered_(can_hold_up_others() && !is_over() && !until.has_passed()) {
  if (has_entered_) enter();
}

blocked_stop::blocked_stop(pool_core& target, event_object& end, kind what, deadline until,
                           const std::source_location& where) noexcept
    : blocked_wait(!until.is_never(), where),
      source_(nullptr),
      pool_(target),
      end_(end),
      of_(nullptr),
      kind_(what),
      has_entered_(can_hold_up_others() && !is_over() && !until.has_passed()) {
  if (has_entered_) enter();
}

blocked_stop::~blocked_stop() {
  if (has_entered_) leave();
}

void blocked_stop::waits_again() noexcept {
  news_.reset();  // who sets it has told this thread to go on, and does so once
  enter_again();
}

blocked_wait::way_out blocked_stop::leaves_by() const noexcept {
  return kind_ == kind::stop || kind_ == kind::drain ? way_out::deferral : way_out::none;
}

bool blocked_stop::is_over() const noexcept { return static_cast<bool>(try_wait(handle_ref(end_))); }

bool blocked_stop::is_held_up_by(const blocked_wait& other) const noexcept {
  if (kind_ == kind::drain && other.is_worker_of(&pool_)) return true;
  const std::uint64_t number = of_ != nullptr ? of_->number : ~std::uint64_t{0};
  for (const callback_frame* frame = other.innermost(); frame != nullptr; frame = frame->outer) {
    if (source_ != nullptr ? frame->of == source_ && frame->begun_after < number : is_held_up_by(*frame)) return true;
  }
  return false;
}

// Of a pool. A callable that is destroyed on a thread that runs nothing for the pool holds up no drain.
bool blocked_stop::is_held_up_by(const callback_frame& frame) const noexcept {
  return frame.pool == &pool_ && (kind_ != kind::drain || frame.is_counted);
}

bool blocked_stop::has_due() const noexcept { return source_ != nullptr && source_->has_due(of_); }

bool blocked_stop::could_be_run_by(const blocked_wait& other) const noexcept {
  return other.is_worker_of(&pool_) && other.is_persistent() == source_->is_persistent();
}

bool blocked_stop::are_all_that_could_run_it(std::size_t threads) const noexcept {
  return pool_.has_only(threads, *source_);
}

void blocked_stop::defer() noexcept {
  goes_on_ = true;
  is_deferred_.store(true, std::memory_order_relaxed);
  news_.set();
}

void blocked_stop::take_back() noexcept {
  goes_on_ = true;
  news_.set();
}

std::string blocked_stop::text(const blocked_wait&) const {
  constexpr std::string_view kinds[] = {"the stop of ", "the drain of ", "the destructor of ",
                                        "the wait for the callbacks of "};
  std::string told(kinds[static_cast<std::size_t>(kind_)]);
  if (source_ == nullptr) return told + "the pool [" + pool_.given_name() + ']' + place();
  const std::string name = source_->name();
  return told + (name.empty() ? "what has no name" : '[' + name + ']') + place();
}

std::string_view blocked_stop::text_of_edge() const noexcept { return ", whose callback is in "; }

std::string_view blocked_stop::rule() const noexcept {
  return kind_ == kind::destructor ? "callbacks stop each other in a circle, and one of the stops is a destructor"
                                   : "callbacks wait for each other in a circle, and one of the waits is "
                                     "wait_for_callbacks";
}

}  // namespace quiesce::inline v0
