/// Partial-order reduction.
///
/// Two executions in which dependent steps come in the same order are one behaviour, and one of them is enough. So the first
/// execution is any; afterwards each pair of dependent steps of two threads with nothing between them (a race of steps) is
/// reversed: at the choice before the earlier step, a thread is wanted that leads to the later one first. Which thread, the
/// *initials* tell: those that begin what comes after the earlier step without depending on it. A thread falls asleep at a
/// choice once everything that it leads to has been explored, and wakes when a step is made that its own depends on.
///
/// What the plain algorithm assumes does not hold here at six places:
///   gates      An acquisition is possible only while the lock is free, so it never changes places with the release before
///              it, but with the last step before which it was possible; and so for a semaphore that counts.
///   descriptor A call that waits for a descriptor has a gate, too, but one that lies in several objects and differs from
///              call to call. So it is compared with all earlier steps on them.
///   blocked    A thread that waits at a gate at the end of an execution never made its step; its race is looked for then.
///   time-outs  A thread that waits with a limit has two ways to go on, and the wake takes the other one away, so that their
///              race never shows. Whoever wakes it wants it to be tried before.
///   messages   A load of weak memory has an outcome for each message that it may read. All are tried before its thread falls
///              asleep. How many of an execution's reads are stale depends only on the order of dependent steps, so that a
///              limit for them leaves whole behaviours out and no other one with them.
///   enabling   What follows a join, a wake or a creation cannot come earlier: it is ordered, and no race.
#include "engine.hpp"
#include "search_tree.hpp"

namespace explore {
namespace {

constexpr bool is_before(const vector_clock& clock, const event& earlier) noexcept {
  return clock.of[earlier.thread] >= earlier.index;
}

/// Positions of earlier steps that a step depends on.
struct predecessors {
  static constexpr std::size_t most = most_accesses * (2 * most_threads + 1);
  std::uint32_t at[most];
  bool reversible[most];
  unsigned count = 0;

  void add(std::uint32_t position, bool can_be_reversed) noexcept {
    at[count] = position;
    reversible[count++] = can_be_reversed;
  }
  void add(const last_steps& steps, bool can_be_reversed) noexcept {
    for (std::uint32_t rest = steps.who; rest != 0; rest &= rest - 1) {
      add(steps.at[lowest(rest)], can_be_reversed);
    }
  }
};

// Of the accesses from `first` on.
predecessors of_step(const engine& in, const operation& step, unsigned first) noexcept {
  predecessors found;
  for (unsigned i = first; i < step.accesses; ++i) {
    const object& touched = in.at(step.on[i].object);
    const access_mode mode = step.on[i].mode;
    const bool reversible = mode != access_mode::acquire && mode != access_mode::follow;
    if (touched.last_write != no_position) found.add(touched.last_write, reversible);
    if (is_change(mode)) found.add(touched.reads, reversible);
    if (mode != access_mode::add && mode != access_mode::follow) found.add(touched.adds, reversible);
  }
  return found;
}

constexpr bool is_kept_by_object(gate which) noexcept {
  return which == gate::lock_free || which == gate::no_writer || which == gate::no_sharer || which == gate::counted;
}

constexpr bool lets_pass(gate which, const availability& object) noexcept {
  switch (which) {
    case gate::lock_free:
    case gate::no_writer: return !object.has_owner;
    case gate::no_sharer: return !object.has_owner && !object.has_sharers;
    case gate::counted: return object.is_counted;
    default: return true;
  }
}

constexpr bool can_time_out(op what) noexcept {
  return what == op::timed_lock || what == op::timed_read_lock || what == op::timed_write_lock ||
         what == op::sem_timed_wait;
}

}  // namespace

int reduced_search::choose(const engine&, const crossroads& at) noexcept {
  if (at.position < path_.size()) {
    const choice& known = path_[at.position];
    return is_same(known, at) ? known.chosen : lost;
  }
  const std::uint32_t awake = at.enabled & ~asleep_;
  if (awake == 0) return drop;
  unsigned chosen = at.by_default;
  if ((awake & bit(chosen)) == 0) {
    const std::uint32_t without_time = awake & ~at.by_time;
    chosen = lowest(without_time != 0 ? without_time : awake);
  }
  path_.push({.enabled = at.enabled,
              .asleep = asleep_,
              .wanted = bit(chosen),
              .tried = 0,
              .signature = static_cast<std::uint32_t>(at.history),
              .chosen = static_cast<std::uint8_t>(chosen),
              .by_default = static_cast<std::uint8_t>(at.by_default),
              .message = 0,
              .messages = 0,
              .cost = 0});
  return static_cast<int>(chosen);
}

int reduced_search::pick(const engine& in, unsigned messages) noexcept {
  return path_[in.position()].take_message(messages);
}

void reduced_search::made(const engine& in, const operation& done, const event& made) noexcept {
  const choice& here = path_[in.position() - 1];
  // The clock of the step without the step: what its thread depended on before it.
  look_for_races(in, done, made.thread, in.order_before(), in.position() - 1);
  asleep_ = 0;
  for (std::uint32_t rest = (here.asleep | here.tried) & ~bit(made.thread); rest != 0; rest &= rest - 1) {
    const auto sleeper = lowest(rest);
    if (!depend(in.pending(sleeper), done)) asleep_ |= bit(sleeper);
  }
}

void reduced_search::look_for_races(const engine& in, const operation& done, unsigned thread,
                                    const vector_clock& before, std::uint32_t end) noexcept {
  if (in.gate_of(thread) == gate::ready) return look_behind_descriptors(in, done, thread, before, end);
  const bool has_gate = done.accesses != 0 && is_kept_by_object(in.gate_of(thread));
  if (has_gate) look_behind_gate(in, done, thread, before, end);
  // Who can time out was possible before each step, in the one way or in the other.
  const predecessors all = of_step(in, done, has_gate && !can_time_out(done.what) ? 1 : 0);
  for (unsigned i = 0; i < all.count; ++i) {
    if (!all.reversible[i]) continue;
    const event& earlier = in.made(all.at[i]);
    if (earlier.thread == thread || is_before(before, earlier)) continue;
    bool has_between = false;
    vector_clock needs = before;
    for (unsigned k = 0; k < all.count; ++k) {
      if (all.at[k] == all.at[i]) continue;
      const event& other = in.made(all.at[k]);
      const bool after = is_before(other.order, earlier);
      if (after && all.reversible[k]) has_between = true;
      if (!after) needs.join(other.order);
    }
    if (!has_between) reverse(in, all.at[i], thread, needs, end);
  }
}

// The last step on the object before which the gate was open, and the reads since then.
void reduced_search::look_behind_gate(const engine& in, const operation& done, unsigned thread,
                                      const vector_clock& before, std::uint32_t end) noexcept {
  const std::uint32_t kept_by = done.on[0].object;
  for (std::uint32_t at = end; at-- != 0;) {
    const event& earlier = in.made(at);
    if (earlier.accesses == 0 || earlier.on[0].object != kept_by) continue;
    if (earlier.thread == thread || is_before(before, earlier)) {
      if (is_change(earlier.on[0].mode)) return;
      continue;
    }
    if (!lets_pass(in.gate_of(thread), earlier.was)) continue;
    vector_clock needs = before;
    for (std::uint32_t later = at + 1; later < end; ++later) {
      const event& other = in.made(later);
      if (other.accesses == 0 || other.on[0].object != kept_by) continue;
      const bool conflicts = is_change(other.on[0].mode) || done.on[0].mode != access_mode::read;
      if (conflicts && !is_before(other.order, earlier)) needs.join(other.order);
    }
    reverse(in, at, thread, needs, end);
    if (is_change(earlier.on[0].mode)) return;
  }
}

// What a call waits for lies in several objects, and differs from call to call: bytes, or room for so many. So each earlier
// step that touches one of them counts as one before which it was there. One before which it was not costs an attempt.
void reduced_search::look_behind_descriptors(const engine& in, const operation& done, unsigned thread,
                                             const vector_clock& before, std::uint32_t end) noexcept {
  for (std::uint32_t at = end; at-- != 0;) {
    const event& earlier = in.made(at);
    if (earlier.thread == thread || is_before(before, earlier) || !depend(earlier, done)) continue;
    vector_clock needs = before;
    for (std::uint32_t later = at + 1; later < end; ++later) {
      const event& other = in.made(later);
      if (depend(other, done) && !is_before(other.order, earlier)) needs.join(other.order);
    }
    reverse(in, at, thread, needs, end);
  }
}

// The step of `thread`, which needs `needs`, shall come before the step at `earlier`.
void reduced_search::reverse(const engine& in, std::uint32_t earlier, unsigned thread, const vector_clock& needs,
                             std::uint32_t end) noexcept {
  const choice& there = path_[earlier];
  const event& first = in.made(earlier);
  std::uint16_t begins_at[most_threads];  // index of a thread's first step among those that do not depend on `first`
  std::uint32_t seen = 0;
  std::uint32_t initials = 0;
  const auto has_no_predecessor = [&](const vector_clock& clock, unsigned self) {
    for (std::uint32_t rest = seen & ~bit(self); rest != 0; rest &= rest - 1) {
      const auto other = lowest(rest);
      if (clock.of[other] >= begins_at[other]) return false;
    }
    return true;
  };
  for (std::uint32_t at = earlier + 1; at < end; ++at) {
    const event& step = in.made(at);
    if (is_before(step.order, first) || (seen & bit(step.thread)) != 0) continue;
    if (has_no_predecessor(step.order, step.thread)) initials |= bit(step.thread);
    seen |= bit(step.thread);
    begins_at[step.thread] = step.index;
  }
  if ((seen & bit(thread)) == 0 && has_no_predecessor(needs, thread)) initials |= bit(thread);
  if ((initials & path_.wanted(earlier)) != 0) return;
  const std::uint32_t possible = initials & there.enabled;
  if ((possible & bit(thread)) != 0) {
    path_.want(earlier, bit(thread));
  } else if (possible != 0) {
    path_.want(earlier, possible & (0U - possible));
  } else if (!in.waits_by_nature(thread)) {
    path_.want(earlier, there.enabled);  // to be safe: nothing that we know of leads here
  }
}

void reduced_search::competes(const engine& in, unsigned thread) noexcept {
  const std::uint32_t here = in.position() - 1;
  path_.want(here, bit(thread) & path_[here].enabled);
}

bool reduced_search::advance(const engine& in) noexcept {
  for (unsigned thread = 0; thread < in.threads(); ++thread) {
    const gate waits_at = in.gate_of(thread);
    if (in.has_ended(thread) || (!is_kept_by_object(waits_at) && waits_at != gate::ready)) continue;
    look_for_races(in, in.pending(thread), thread, in.order_of(thread), in.position());
  }
  asleep_ = 0;
  return path_.advance();
}

}  // namespace explore
