#include "wait/wait_graph.hpp"

#include <atomic>
#include <mutex>

#include "base/contract.hpp"

namespace quiesce::inline v0 {
namespace {

constinit std::mutex graph_lock;
constinit blocked_wait* first_blocked = nullptr;  // guarded by graph_lock
constinit std::atomic<std::size_t> blocked{0};    // how many, changed under it

}  // namespace

blocked_wait::blocked_wait(bool is_limited, const std::source_location& where) noexcept
    : is_limited_(is_limited),
      is_persistent_(thread_record::current().is_persistent),
      where_(where),
      frames_(thread_record::current().innermost),
      thread_(thread_record::current().number()),
      worker_of_(thread_record::current().worker_of) {}

void blocked_wait::enter() noexcept {
  const std::lock_guard hold(graph_lock);
  next_ = first_blocked;
  previous_ = &first_blocked;
  if (next_ != nullptr) next_->previous_ = &next_;
  first_blocked = this;
  blocked.store(blocked.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  look();
}

void blocked_wait::enter_again() noexcept {
  const std::lock_guard hold(graph_lock);
  goes_on_ = false;
  look();
}

void blocked_wait::leave() noexcept {
  const std::lock_guard hold(graph_lock);
  *previous_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  blocked.store(blocked.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

// The caller has changed something under the lock of his crew. Who entered, and asked that crew before, is seen here; who
// asks it later sees the change.
void blocked_wait::look_again() noexcept {
  if (blocked.load(std::memory_order_relaxed) == 0) return;
  const std::lock_guard hold(graph_lock);
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) each->look();
}

// First among those that can wait for ever: what is found there is reported. Then among all.
void blocked_wait::look() noexcept {
  if (!is_limited_ && settle(false)) return;
  for (const blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
    if (each->is_limited_) return static_cast<void>(settle(true));
  }
}

// Returns whether there was a circle through this one.
bool blocked_wait::settle(bool with_limited) noexcept {
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
    each->is_in_ = !each->goes_on_ && (with_limited || !each->is_limited_) && !each->is_over();
    each->is_due_ = false;
  }
  // One that is not in stands in no circle.
  if (find_circle(edges::alone)) return break_circle(edges::alone, with_limited);
  // A look at whatever could be in the way comes first: mostly there is no such circle.
  if (!find_due() || !find_circle(edges::all) || !find_stuck() || !find_circle(edges::all)) return false;
  return break_circle(edges::all, with_limited);
}

bool blocked_wait::waits_for(const blocked_wait& other, edges which) const noexcept {
  return is_held_up_by(other) || (which == edges::all && is_due_ && could_be_run_by(other));
}

// For each that has a way to this one the next node on a shortest such way; for this one, if it stands in a circle.
void blocked_wait::find_ways_to(edges which) noexcept {
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) each->towards_ = nullptr;
  next_found_ = nullptr;
  blocked_wait* last = this;
  for (blocked_wait* found = this; found != nullptr; found = found->next_found_) {
    for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
      if (!each->is_in_ || each->towards_ != nullptr || !each->waits_for(*found, which)) continue;
      each->towards_ = found;
      if (each == this) continue;
      each->next_found_ = nullptr;
      last = last->next_found_ = each;
    }
  }
}

// Marks all that stand in circles through this one.
bool blocked_wait::find_circle(edges which) noexcept {
  find_ways_to(which);
  if (towards_ == nullptr) return false;
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) each->in_circle_ = false;
  in_circle_ = true;
  next_found_ = nullptr;
  blocked_wait* last = this;
  for (blocked_wait* found = this; found != nullptr; found = found->next_found_) {
    for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
      if (!each->is_in_ || each->towards_ == nullptr || each->in_circle_ || !found->waits_for(*each, which)) continue;
      each->in_circle_ = true;
      each->next_found_ = nullptr;
      last = last->next_found_ = each;
    }
  }
  return true;
}

bool blocked_wait::find_due() noexcept {
  bool found = false;
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
    each->is_due_ = each->is_in_ && each->has_due();
    found = found || each->is_due_;
  }
  return found;
}

// Leaves out, again and again, whoever is held up by nobody who is still in. Those that remain are stuck, all of them
// only by each other. Returns whether this one is.
bool blocked_wait::find_stuck() noexcept {
  for (bool changed = true; changed;) {
    changed = false;
    for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
      if (!each->is_in_) continue;
      std::size_t could_run_it = 0;
      bool is_held_up = false;
      for (blocked_wait* other = first_blocked; other != nullptr; other = other->next_) {
        if (!other->is_in_) continue;
        is_held_up = is_held_up || each->is_held_up_by(*other);
        if (each->is_due_ && each->could_be_run_by(*other)) ++could_run_it;
      }
      each->is_due_ = each->is_due_ && could_run_it != 0 && each->are_all_that_could_run_it(could_run_it);
      if (is_held_up || each->is_due_) continue;
      each->is_in_ = false;
      changed = true;
    }
  }
  return is_in_;
}

// Reported is only what stands alone: what is due can be taken back, and then there is no circle.
bool blocked_wait::break_circle(edges which, bool with_limited) noexcept {
  blocked_wait* taking = nullptr;
  blocked_wait* fatal = nullptr;
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
    if (!each->in_circle_) continue;
    if (each->leaves_by() == way_out::mutex) taking = each;
    if (each->leaves_by() == way_out::none) fatal = each;
  }
  if (taking != nullptr) {
    if (with_limited) return false;
    if (which == edges::alone) report(*taking);
  }
  if (which == edges::alone && fatal != nullptr && !with_limited) report(*fatal);
  for (blocked_wait* each = first_blocked; each != nullptr; each = each->next_) {
    if (!each->in_circle_) continue;
    if (which == edges::alone && each->leaves_by() == way_out::deferral) each->defer();
    if (which == edges::all && each->is_due_) each->take_back();
  }
  return true;
}

std::string blocked_wait::place() const {
  if (where_.line() == 0) return {};
  return std::string(" (") + where_.file_name() + ':' + std::to_string(where_.line()) + ')';
}

// Tells one way round: from `through` to this one, and back.
void blocked_wait::report(blocked_wait& through) noexcept {
  const auto find_way = [](blocked_wait* at, blocked_wait& goal) {
    goal.find_ways_to(edges::alone);
    do {
      at->after_ = at->towards_;
      at = at->towards_;
    } while (at != &goal);
  };
  if (&through != this) find_way(&through, *this);
  find_way(this, through);
  std::string told(through.rule());
  told += ": ";
  const blocked_wait* at = &through;
  do {
    told += at->text(*at->after_);
    told += at->text_of_edge();
    at = at->after_;
  } while (at != &through);
  told += at->text(*at->after_);
  const bool is_known = where_.line() != 0 || through.where_.line() == 0;
  base::fatal_misuse(told, {}, is_known ? where_ : through.where_);
}

}  // namespace quiesce::inline v0
