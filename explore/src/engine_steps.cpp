/// How a step comes about: who can make one, who does, and what it depends on.
#include "engine.hpp"

namespace explore {

std::uint32_t engine::object_at(std::uintptr_t key) noexcept {
  std::size_t at = (key * 0x9e3779b97f4a7c15U) >> 49;
  static_assert(places == 1U << 15);
  for (;; at = (at + 1) % places) {
    place& found = places_[at];
    if (found.generation != generation_) {
      if (object_count_ == most_objects) {
        fail(verdict::not_modelled, "more than %u objects that threads share in one execution", most_objects);
      }
      found = {key, generation_, object_count_};
      object& made = objects_[object_count_];
      made.key = key;
      made.version = made.newest = 0;
      made.last_write = no_position;
      made.reads.who = made.adds.who = 0;
      made.write_hash = made.read_hash = made.add_hash = 0;
      made.sync.clear();
      made.shared_sync.clear();
      made.owner = made.first_waiter = nobody;
      made.is_lock = made.is_initialised = made.is_destroyed = made.lost_signal = false;
      made.depth = made.sharers = 0;
      made.count = 0;
      return object_count_++;
    }
    if (found.key == key) return found.object;
  }
}

void engine::announce(const operation& next, gate needs, std::uint32_t gate_object, unsigned gate_thread) noexcept {
  logical_thread& t = self();
  t.pending = next;
  t.waits_at = needs;
  t.gate_object = gate_object;
  t.gate_thread = static_cast<std::uint8_t>(gate_thread);
  t.has_limit = false;
  t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
}

void engine::announce_until(const operation& next, gate needs, std::uint32_t gate_object,
                            std::uint64_t limit) noexcept {
  logical_thread& t = self();
  t.pending = next;
  t.waits_at = needs;
  t.gate_object = gate_object;
  t.has_limit = true;
  t.limit = limit;
  t.may_wake_spuriously = false;
  t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
  t.has_limit = false;
}

void engine::announce_wait(const operation& next, std::uint32_t gate_object) noexcept {
  logical_thread& t = self();
  t.pending = next;
  t.waits_at = gate::told;
  t.gate_object = gate_object;
  t.may_wake_spuriously = t.has_limit = t.spurious < most_spurious_;
  if (most_spurious_ != 0 && !t.may_wake_spuriously) limited_wake_ups_ = true;
  t.limit = ~std::uint64_t{0};
  t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
  if (!t.was_told) ++t.spurious;
  t.has_limit = t.may_wake_spuriously = false;
}

bool engine::has_changed(const logical_thread& spinner) const noexcept {
  if (spinner.read_count == 0) return position_ - spinner.steps != spinner.others_seen;
  for (unsigned i = 0; i < spinner.read_count; ++i) {
    if (objects_[spinner.reads[i].object].version != spinner.reads[i].version) return true;
  }
  return false;
}

bool engine::is_open(const logical_thread& of) const noexcept {
  const object& what = objects_[of.gate_object];
  switch (of.waits_at) {
    case gate::open: return true;
    case gate::lock_free: return what.owner == nobody;
    case gate::no_writer: return what.owner == nobody;
    case gate::no_sharer: return what.owner == nobody && what.sharers == 0;
    case gate::counted: return what.count > 0;
    case gate::ready: return what.count > 0;
    case gate::ended: return thread_[of.gate_thread].ended;
    case gate::changed: return has_changed(of);
    case gate::told: return false;
    case gate::passed_time: return false;
  }
  return false;
}

// A thread for which time must pass can go on while others can, too: it is slow, or they are. That happens at most some
// times to each, or a loop that polls would keep the others from going on for ever.
void engine::collect(std::uint32_t& enabled, std::uint32_t& by_time) noexcept {
  enabled = by_time = 0;
  std::uint32_t late = 0;
  std::uint32_t spurious = 0;
  for (unsigned i = 0; i < threads_; ++i) {
    const logical_thread& t = thread_[i];
    if (t.ended) continue;
    if (is_open(t)) {
      enabled |= bit(i);
    } else if (t.may_wake_spuriously && t.has_limit) {
      spurious |= bit(i);
    } else if (t.has_limit) {
      (t.early_limits < most_early_limits ? by_time : late) |= bit(i);
    }
  }
  if (late != 0) limited_time_outs_ = true;
  if (enabled == 0) by_time |= late;
  // Nobody can rely on it: where only this is left, the threads wait for ever. But if that is no failure, since the first one
  // has ended, they are woken: a search must have seen the step to try it earlier.
  if ((enabled | by_time) != 0 || thread_[0].ended) by_time |= spurious;
  enabled |= by_time;
}

// Counted in the thread's own steps, which are the same in executions with the same history: what a bounded search has tried
// after one of them it need not try after another.
bool engine::has_had_its_turn() const noexcept {
  return thread_[current_].steps >= turn_ && thread_[current_].steps % turn_ <= turn_ / 16 + 2;
}

// As if all had made their steps since the begin. Not always the first: it may make one step and be back at once.
unsigned engine::who_is_behind(std::uint32_t among) const noexcept {
  const auto age = [this](unsigned thread) { return thread_[thread].steps_before + thread_[thread].steps; };
  unsigned found = 0;
  for (auto skip = thread_[current_].steps % turn_ % static_cast<unsigned>(__builtin_popcount(among));; --skip) {
    found = lowest(among);
    for (std::uint32_t rest = among; rest != 0; rest &= rest - 1) {
      if (age(lowest(rest)) < age(found)) found = lowest(rest);
    }
    if (skip == 0) return found;
    among &= ~bit(found);
  }
}

unsigned engine::default_choice(std::uint32_t enabled, std::uint32_t by_time) const noexcept {
  const std::uint32_t now = enabled & ~by_time;
  if ((now & bit(current_)) != 0) {
    const std::uint32_t others = now & ~bit(current_);
    return others != 0 && has_had_its_turn() ? who_is_behind(others) : current_;
  }
  if (now != 0) return lowest(now);
  unsigned first = lowest(enabled);
  for (std::uint32_t rest = enabled; rest != 0; rest &= rest - 1) {
    const auto thread = lowest(rest);
    if (thread_[thread].limit < thread_[first].limit) first = thread;
  }
  return first;
}

void engine::give_way() noexcept {
  if (position_ >= most_steps_) end_execution(ending::cut_off);
  std::uint32_t enabled = 0;
  std::uint32_t by_time = 0;
  collect(enabled, by_time);
  if (enabled == 0) {
    // Whoever only spins may go on: there may be an end to it that nobody else brings about.
    for (unsigned i = 0; i < threads_; ++i) {
      if (!thread_[i].ended && thread_[i].waits_at == gate::changed) enabled |= bit(i);
    }
    if (enabled == 0) end_execution(ending::over);
  }
  const crossroads here{.position = position_,
                        .enabled = enabled,
                        .by_time = by_time,
                        .running = current_,
                        .by_default = default_choice(enabled, by_time),
                        .history = history_};
  const int chosen = search_->choose(*this, here);
  if (chosen < 0) end_execution(chosen == search::drop ? ending::dropped : ending::lost);
  const auto next = static_cast<unsigned>(chosen);
  answer_.choices[position_] = next | (next == here.by_default ? 0U : shared_outcome::deviates);
  answer_.choice_count = position_ + 1;
  const bool is_early = (by_time & bit(next)) != 0 && (enabled & ~by_time) != 0;
  if (is_early && !thread_[next].may_wake_spuriously) ++thread_[next].early_limits;
  if (position_ >= most_steps_ / 2) [[unlikely]]
    kept_.note(enabled, next);
  if (next != current_) switch_to(next);
}

void engine::switch_to(unsigned next) noexcept {
  // Masks are those of the one thread that the system knows: who is in a handler must not take a crash from the others.
  if (signals_.may_handle_crashes()) [[unlikely]]
    unblock_crashes();
  const unsigned before = current_;
  current_ = next;
  if (by_baton_) return baton_.pass(before, next);
  switch_fiber(thread_[before].place, thread_[next].place);
}

traced_event* engine::make(const operation& done) noexcept {
  stop_if_wanted();
  logical_thread& t = self();
  event& e = events_[position_];
  e.thread = static_cast<std::uint8_t>(current_);
  e.what = done.what;
  e.index = ++t.steps;
  order_before_ = t.order;
  e.order = t.order;
  e.order.of[current_] = e.index;
  e.accesses = done.accesses;
  for (unsigned i = 0; i < done.accesses; ++i) e.on[i] = done.on[i];
  if (done.accesses != 0) {
    const object& first = objects_[done.on[0].object];
    e.was = {.has_owner = first.owner != nobody, .has_sharers = first.sharers != 0, .is_counted = first.count > 0};
  }

  const auto follow = [&e](const event& earlier) { e.order.join(earlier.order); };

  std::uint64_t hash = t.hash + static_cast<std::uint64_t>(done.what) + (std::uint64_t{done.stale} << 8) +
                       (std::uint64_t{done.picked} << 16);
  for (unsigned i = 0; i < done.accesses; ++i) {
    object& touched = objects_[done.on[i].object];
    const access_mode mode = done.on[i].mode;
    if (touched.last_write != no_position) follow(events_[touched.last_write]);
    hash = mixed(hash ^ touched.key) + touched.write_hash;
    if (is_change(mode)) {
      for (std::uint32_t rest = touched.reads.who; rest != 0; rest &= rest - 1) {
        follow(events_[touched.reads.at[lowest(rest)]]);
      }
    }
    if (mode != access_mode::add && mode != access_mode::follow) {
      for (std::uint32_t rest = touched.adds.who; rest != 0; rest &= rest - 1) {
        follow(events_[touched.adds.at[lowest(rest)]]);
      }
    }
    if (is_change(mode)) hash += mixed(touched.read_hash);
    if (mode != access_mode::add && mode != access_mode::follow) hash += mixed(touched.add_hash + 1);
  }
  hash = mixed(hash);
  e.hash = hash;
  t.hash = hash;
  t.order = e.order;
  const bool tries = done.what == op::try_lock || done.what == op::compare_exchange || done.what == op::try_read_lock ||
                     done.what == op::try_write_lock || done.what == op::sem_try_wait;
  if (done.what == op::yield || (tries && done.on[0].mode == access_mode::read)) t.last_in_vain = position_;
  history_ += mixed(hash);
  ++position_;
  search_->made(*this, done, e);

  const std::uint32_t at = position_ - 1;
  for (unsigned i = 0; i < done.accesses; ++i) {
    object& touched = objects_[done.on[i].object];
    switch (done.on[i].mode) {
      case access_mode::read:
        touched.reads.enter(current_, at);
        touched.read_hash += hash;
        break;
      case access_mode::add:
        touched.adds.enter(current_, at);
        touched.add_hash += hash;
        break;
      case access_mode::follow: break;
      case access_mode::acquire:
      case access_mode::write:
        touched.last_write = at;
        touched.reads.who = touched.adds.who = 0;
        touched.write_hash = hash;
        touched.read_hash = touched.add_hash = 0;
        break;
    }
  }
  answer_.steps.store(answer_.steps.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  answer_.last_pc = done.pc;

  if (!recording_) return &unrecorded_;
  execution_trace& trace = answer_.trace;
  const std::uint32_t number = trace.events_seen++;
  if (number >= most_traced_events) return &unrecorded_;
  traced_event& kept = trace.events[number];
  kept = {};
  kept.what = done.what;
  kept.thread = static_cast<std::uint8_t>(current_);
  kept.order = done.order;
  kept.size = done.size;
  kept.deviation = (answer_.choices[at] & shared_outcome::deviates) != 0;
  kept.other_thread = done.other_thread == nobody ? std::uint16_t{0xffff} : done.other_thread;
  kept.time = now_;
  kept.object = done.address;
  kept.position = at;
  kept.stack = t.stack;
  return &kept;
}

}  // namespace explore
