/// What the programs mean, without the explorer: all states that can be reached, each visited once.
#include <cstring>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "fuzz_descriptor_model.hpp"
#include "fuzz_program.hpp"

namespace fuzz {
namespace {

constexpr std::uint8_t none = 255;
constexpr std::size_t most_states = 300'000;

// Where a thread stands within its instruction.
enum class phase : std::uint8_t { begin, waits, told, retakes, retakes_late, has_limit };

struct thread_state {
  std::uint8_t next = 0;  // instruction
  phase where = phase::begin;
  std::uint8_t last = 0;
  std::uint8_t polled = 0;
  std::uint8_t limit = 0;  // of a wait for a duration
  std::uint8_t holds[mutexes] = {};
  std::uint8_t holds_rwlock = 0;
  std::uint16_t written = 0;  // of what is too long for a pipe
};

// Equal states have equal bytes.
struct state {
  descriptor_state descriptors;
  thread_state thread[most_threads];
  std::uint8_t word[words] = {};
  std::uint8_t owner[mutexes] = {none, none};
  std::uint8_t rw_owner = none;
  std::uint8_t sharers = 0;
  std::uint8_t semaphore = 0;
  std::uint8_t seconds = 0;
  std::uint8_t arrived = 0;
  std::uint8_t in_condition[most_threads] = {none, none, none};
  std::uint8_t in_futex[most_threads] = {none, none, none};
  std::uint8_t in_barrier = none;
  std::uint8_t log[most_threads][most_instructions] = {};
};
static_assert(std::has_unique_object_representations_v<state>);

void push(std::uint8_t (&queue)[most_threads], unsigned thread) {
  unsigned at = 0;
  while (queue[at] != none) ++at;
  queue[at] = static_cast<std::uint8_t>(thread);
}

void remove(std::uint8_t (&queue)[most_threads], unsigned thread) {
  unsigned kept = 0;
  for (unsigned i = 0; i < most_threads; ++i) {
    if (queue[i] != thread) queue[kept++] = queue[i];
  }
  while (kept < most_threads) queue[kept++] = none;
}

class search {
 public:
  search(const program& what, result_set& results) : what_(what), results_(results) {}

  model_answer answer() {
    state first;
    first.descriptors = descriptor_state::first(what_.descriptors);
    first.semaphore = static_cast<std::uint8_t>(what_.semaphore);
    visit(first);
    return answer_;
  }

 private:
  void visit(const state& at) {
    if (!answer_.is_complete || !seen_.emplace(reinterpret_cast<const char*>(&at), sizeof at).second) return;
    if (seen_.size() > most_states) {
      answer_.is_complete = false;
      return;
    }
    bool moved = false;
    bool all_ended = true;
    for (unsigned t = 0; t < what_.threads; ++t) {
      if (has_ended(at, t)) continue;
      all_ended = false;
      state after = at;
      if (step(after, t)) {
        moved = true;
        visit(after);
      }
      after = at;
      if (time_out(after, t)) {
        moved = true;
        visit(after);
      }
    }
    if (all_ended) {
      enter(at);
    } else if (!moved) {
      answer_.can_get_stuck = true;
    }
  }

  bool has_ended(const state& at, unsigned t) const {
    const thread_state& self = at.thread[t];
    return self.next == what_.thread[t].count && self.holds[0] == 0 && self.holds[1] == 0 && self.holds_rwlock == 0;
  }

  void enter(const state& at) {
    result got{};
    std::memcpy(got.log, at.log, sizeof got.log);
    std::memcpy(got.word, at.word, sizeof got.word);
    got.semaphore = at.semaphore;
    got.seconds = at.seconds;
    results_.enter(hash_of(got));
  }

  static void done(state& at, unsigned t, unsigned value) {
    thread_state& self = at.thread[t];
    at.log[t][self.next++] = static_cast<std::uint8_t>(value);
    if (value != not_done) self.last = static_cast<std::uint8_t>(value);
    self.where = phase::begin;
    self.polled = self.limit = 0;
    self.written = 0;
  }

  static void pass(state& at, std::uint8_t until) {
    if (until > at.seconds) at.seconds = until;
  }

  static bool begin_duration(state& at, unsigned t) {
    at.thread[t].limit = static_cast<std::uint8_t>(at.seconds + 1);
    at.thread[t].where = phase::has_limit;
    return true;
  }

  static void give_back(state& at, unsigned t, unsigned mutex) {
    at.thread[t].holds[mutex] = 0;
    at.owner[mutex] = none;
  }
  static void give_back_rw(state& at, unsigned t) {
    at.thread[t].holds_rwlock = 0;
    if (at.rw_owner == t) at.rw_owner = none;
    at.sharers = static_cast<std::uint8_t>(at.sharers & ~(1U << t));
  }

  static bool can_lock(const state& at, unsigned mutex) { return at.owner[mutex] == none; }
  static bool can_lock_rw(const state& at, bool exclusive) {
    return at.rw_owner == none && (!exclusive || at.sharers == 0);
  }
  static void take(state& at, unsigned t, unsigned mutex) {
    at.owner[mutex] = static_cast<std::uint8_t>(t);
    at.thread[t].holds[mutex] = 1;
  }
  static void take_rw(state& at, unsigned t, bool exclusive) {
    if (exclusive) {
      at.rw_owner = static_cast<std::uint8_t>(t);
    } else {
      at.sharers = static_cast<std::uint8_t>(at.sharers | 1U << t);
    }
    at.thread[t].holds_rwlock = 1;
  }

  enum class locking { waits, tries, waits_for_time };

  static bool lock(state& at, unsigned t, unsigned mutex, locking how) {
    if (at.thread[t].holds[mutex] != 0) return done(at, t, not_done), true;
    if (can_lock(at, mutex)) return take(at, t, mutex), done(at, t, 0), true;
    if (how == locking::tries) return done(at, t, 1), true;
    return false;
  }
  static bool lock_rw(state& at, unsigned t, bool exclusive, locking how) {
    if (at.thread[t].holds_rwlock != 0) return done(at, t, not_done), true;
    if (can_lock_rw(at, exclusive)) return take_rw(at, t, exclusive), done(at, t, 0), true;
    if (how == locking::tries) return done(at, t, 1), true;
    return false;
  }

  static void notify(state& at, bool all) {
    while (at.in_condition[0] != none) {
      const unsigned first = at.in_condition[0];
      remove(at.in_condition, first);
      at.thread[first].where = phase::retakes;
      if (!all) return;
    }
  }

  static unsigned wake(state& at, unsigned count) {
    unsigned woken = 0;
    for (; woken < count && at.in_futex[0] != none; ++woken) {
      const unsigned first = at.in_futex[0];
      remove(at.in_futex, first);
      at.thread[first].where = phase::told;
    }
    return woken;
  }

  bool is_due(const state& at, unsigned t, const instruction& one) const {
    return one.when == guard::none || (one.when == guard::after_zero) == (at.thread[t].last == 0);
  }

  // False: the thread waits.
  bool step(state& at, unsigned t) {
    thread_state& self = at.thread[t];
    if (self.next == what_.thread[t].count) {
      for (unsigned i = 0; i < mutexes; ++i) {
        if (self.holds[i] != 0) return give_back(at, t, i), true;
      }
      give_back_rw(at, t);
      return true;
    }
    const instruction& one = what_.thread[t].at[self.next];
    if (self.where == phase::waits) return false;
    if (self.where == phase::told) return done(at, t, 0), true;
    if (self.where == phase::retakes || self.where == phase::retakes_late) {
      if (!can_lock(at, 0)) return false;
      const unsigned how = self.where == phase::retakes_late ? 1 : 0;
      take(at, t, 0);
      return done(at, t, how), true;
    }
    if (self.where == phase::begin && !is_due(at, t, one)) return done(at, t, not_done), true;
    switch (one.what) {
      case kind::load: return done(at, t, at.word[one.on]), true;
      case kind::store: return at.word[one.on] = one.value, done(at, t, 0), true;
      case kind::add: return done(at, t, at.word[one.on]), ++at.word[one.on], true;
      case kind::exchange: {
        const std::uint8_t before = at.word[one.on];
        at.word[one.on] = one.value;
        return done(at, t, before), true;
      }
      case kind::compare_exchange: {
        const std::uint8_t before = at.word[one.on];
        if (before == one.value) ++at.word[one.on];
        return done(at, t, before == one.value ? 100U : before), true;
      }
      case kind::fence: return done(at, t, 0), true;
      case kind::poll: {
        const std::uint8_t value = at.word[one.on];
        ++self.polled;
        if (value != 0) return done(at, t, value + 16U * self.polled), true;
        if (self.polled == polls) done(at, t, 0);
        return true;
      }
      case kind::lock: return lock(at, t, one.on, locking::waits);
      case kind::try_lock: return lock(at, t, one.on, locking::tries);
      case kind::timed_lock: return lock(at, t, one.on, locking::waits_for_time);
      case kind::unlock:
        if (self.holds[one.on] == 0) return done(at, t, not_done), true;
        return give_back(at, t, one.on), done(at, t, 0), true;
      case kind::read_lock: return lock_rw(at, t, false, locking::waits);
      case kind::write_lock: return lock_rw(at, t, true, locking::waits);
      case kind::try_read_lock: return lock_rw(at, t, false, locking::tries);
      case kind::try_write_lock: return lock_rw(at, t, true, locking::tries);
      case kind::timed_read_lock: return lock_rw(at, t, false, locking::waits_for_time);
      case kind::timed_write_lock: return lock_rw(at, t, true, locking::waits_for_time);
      case kind::rw_unlock:
        if (self.holds_rwlock == 0) return done(at, t, not_done), true;
        return give_back_rw(at, t), done(at, t, 0), true;
      case kind::cond_wait:
      case kind::cond_timed_wait:
        if (self.holds[0] == 0) return done(at, t, not_done), true;
        give_back(at, t, 0);
        self.holds[0] = 0;
        push(at.in_condition, t);
        self.where = phase::waits;
        return true;
      case kind::signal: return notify(at, false), done(at, t, 0), true;
      case kind::broadcast: return notify(at, true), done(at, t, 0), true;
      case kind::futex_wait:
      case kind::futex_timed_wait:
        if (at.word[0] != (one.what == kind::futex_wait ? one.value : 0)) return done(at, t, 1), true;
        push(at.in_futex, t);
        self.where = phase::waits;
        return true;
      case kind::futex_wait_for:
        // The duration begins when the call does.
        if (self.where == phase::begin) return begin_duration(at, t);
        if (at.word[0] != one.value) return done(at, t, 1), true;
        push(at.in_futex, t);
        self.where = phase::waits;
        return true;
      case kind::futex_wake: return done(at, t, wake(at, one.value + 1U)), true;
      case kind::sem_wait:
      case kind::sem_try_wait:
      case kind::sem_timed_wait:
        if (at.semaphore != 0) return --at.semaphore, done(at, t, 0), true;
        return one.what == kind::sem_try_wait ? (done(at, t, 1), true) : false;
      case kind::sem_post: return ++at.semaphore, done(at, t, 0), true;
      case kind::sem_value: return done(at, t, at.semaphore), true;
      case kind::barrier_wait:
        if (at.arrived == 0) {
          at.arrived = 1;
          at.in_barrier = static_cast<std::uint8_t>(t);
          self.where = phase::waits;
          return true;
        }
        at.arrived = 0;
        at.thread[at.in_barrier].where = phase::told;
        at.in_barrier = none;
        return done(at, t, 1), true;
      case kind::clock_read: return done(at, t, at.seconds), true;
      case kind::sleep_until: return false;
      case kind::sleep_for: return self.where == phase::begin && begin_duration(at, t);
      case kind::yield: return done(at, t, 0), true;
      default: return step_on_descriptor(at, t, one);
    }
    return false;
  }

  bool step_on_descriptor(state& at, unsigned t, const instruction& one) {
    thread_state& self = at.thread[t];
    descriptor_state& on = at.descriptors;
    const descriptor_setup& setup = what_.descriptors;
    const std::uint8_t which = one.on == 0 ? descriptor_state::the_counter : descriptor_state::the_pipe;
    const auto gives = [&](unsigned value) { return done(at, t, value), true; };
    if (takes_time(one.what) && self.where == phase::begin) return begin_duration(at, t);
    const unsigned seen = on.look() & (one.value == 0 ? descriptor_state::to_write : descriptor_state::to_read);
    switch (one.what) {
      case kind::count_read: return on.count != 0 && gives(on.read(setup));
      case kind::count_write: return on.can_add(one.value) && (on.add(one.value, setup), gives(0));
      case kind::count_look: return gives(on.look());
      case kind::count_wait:
      case kind::count_wait_for: return seen != 0 && gives(seen);
      case kind::pipe_read: return on.bytes != 0 && gives(byte_of_size(on.take(size_to_read(one.value))));
      case kind::pipe_write: {
        const unsigned size = size_to_write(one.value);
        if (!on.has_room_for(size - self.written)) return false;
        self.written = static_cast<std::uint16_t>(self.written + on.write(size - self.written));
        return self.written != size || gives(byte_of_size(size));
      }
      case kind::pipe_wait:
        if (one.value == 0) return on.has_room_for(most_at_once) && gives(descriptor_state::to_write);
        return on.bytes != 0 && gives(descriptor_state::to_read);
      case kind::set_wait:
      case kind::set_wait_for: return on.ready(setup) != 0 && gives(on.report(setup));
      case kind::set_look: return gives(on.report(setup));
      case kind::set_add: return gives(on.watch(which) ? 0 : 1);
      case kind::set_remove: return gives(on.forget(which) ? 0 : 1);
      default: return false;
    }
  }

  // False: nothing that ends by time.
  bool time_out(state& at, unsigned t) {
    thread_state& self = at.thread[t];
    if (self.next == what_.thread[t].count) return false;
    const instruction& one = what_.thread[t].at[self.next];
    if (self.where == phase::begin && !is_due(at, t, one)) return false;
    switch (one.what) {
      case kind::timed_lock:
        if (self.holds[one.on] != 0 || can_lock(at, one.on)) return false;
        return pass(at, one.value), done(at, t, 1), true;
      case kind::timed_read_lock:
      case kind::timed_write_lock:
        if (self.holds_rwlock != 0 || can_lock_rw(at, one.what == kind::timed_write_lock)) return false;
        return pass(at, one.value), done(at, t, 1), true;
      case kind::sem_timed_wait:
        if (at.semaphore != 0) return false;
        return pass(at, one.value), done(at, t, 1), true;
      case kind::cond_timed_wait:
        if (self.where != phase::waits) return false;
        remove(at.in_condition, t);
        pass(at, one.value);
        self.where = phase::retakes_late;
        return true;
      case kind::futex_timed_wait:
      case kind::futex_wait_for:
        if (self.where != phase::waits) return false;
        remove(at.in_futex, t);
        pass(at, one.what == kind::futex_timed_wait ? one.value : self.limit);
        return done(at, t, 2), true;
      case kind::count_wait_for:
      case kind::set_wait_for: {
        if (self.where != phase::has_limit) return false;
        state looked = at;
        if (step_on_descriptor(looked, t, one)) return false;
        return pass(at, self.limit), done(at, t, 0), true;
      }
      case kind::sleep_until: return pass(at, one.value), done(at, t, 0), true;
      case kind::sleep_for:
        if (self.where != phase::has_limit) return false;
        return pass(at, self.limit), done(at, t, 0), true;
      default: return false;
    }
  }

  const program& what_;
  result_set& results_;
  model_answer answer_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

model_answer model(const program& what, result_set& results) {
  results.clear();
  return search(what, results).answer();
}

}  // namespace fuzz
