/// What programs of atomic words mean with weak memory, as a machine of views: for each word the oldest message that may still
/// be read. All states that can be reached, each visited once.
#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "fuzz_program.hpp"

namespace fuzz {
namespace {

constexpr std::size_t most_states = 400'000;
constexpr unsigned most_messages = most_threads * most_instructions + 1;

struct view {
  std::uint8_t of[words] = {};
  void join(const view& other) {
    for (unsigned i = 0; i < words; ++i) of[i] = std::max(of[i], other.of[i]);
  }
};

struct message {
  std::uint8_t value = 0;
  view release;
};

struct thread_state {
  std::uint8_t next = 0;
  std::uint8_t last = 0;
  view now;
  view to_acquire;
  view released;
};

// Equal states have equal bytes.
struct state {
  thread_state thread[most_threads];
  std::uint8_t count[words] = {1, 1};
  message messages[words][most_messages];
  view fences;    // what ordered fences have made known
  view accesses;  // the last messages that ordered accesses have touched
  std::uint8_t log[most_threads][most_instructions] = {};
};
static_assert(std::has_unique_object_representations_v<state>);

bool acquires(std::uint8_t order) { return order == 1 || order >= 3; }
bool releases(std::uint8_t order) { return order >= 2; }
bool is_ordered(std::uint8_t order) { return order == 4; }

class search {
 public:
  search(const program& what, result_set& results) : what_(what), results_(results) {}

  model_answer answer() {
    visit(state{});
    return answer_;
  }

 private:
  void visit(const state& at) {
    if (!answer_.is_complete || !seen_.emplace(reinterpret_cast<const char*>(&at), sizeof at).second) return;
    if (seen_.size() > most_states) {
      answer_.is_complete = false;
      return;
    }
    bool all_ended = true;
    for (unsigned t = 0; t < what_.threads; ++t) {
      if (at.thread[t].next == what_.thread[t].count) continue;
      all_ended = false;
      step(at, t);
    }
    if (all_ended) enter(at);
  }

  void enter(const state& at) {
    result got{};
    std::memcpy(got.log, at.log, sizeof got.log);
    for (unsigned i = 0; i < words; ++i) got.word[i] = at.messages[i][at.count[i] - 1].value;
    got.semaphore = static_cast<std::uint8_t>(what_.semaphore);
    results_.enter(hash_of(got));
  }

  static void done(state& at, unsigned t, unsigned value) {
    thread_state& self = at.thread[t];
    at.log[t][self.next++] = static_cast<std::uint8_t>(value);
    if (value != not_done) self.last = static_cast<std::uint8_t>(value);
  }

  static std::uint8_t read(state& at, unsigned t, const instruction& one, unsigned which) {
    thread_state& self = at.thread[t];
    const message& found = at.messages[one.on][which];
    self.now.of[one.on] = std::max(self.now.of[one.on], static_cast<std::uint8_t>(which));
    if (acquires(one.order)) {
      self.now.join(found.release);
    } else {
      self.to_acquire.join(found.release);
    }
    if (is_ordered(one.order)) at.accesses.of[one.on] = std::max(at.accesses.of[one.on], self.now.of[one.on]);
    return found.value;
  }

  static void write(state& at, unsigned t, const instruction& one, unsigned value, const view& goes_on) {
    thread_state& self = at.thread[t];
    const std::uint8_t which = at.count[one.on]++;
    message& made = at.messages[one.on][which];
    self.now.of[one.on] = which;
    made.value = static_cast<std::uint8_t>(value);
    made.release = goes_on;
    made.release.join(releases(one.order) ? self.now : self.released);
    if (is_ordered(one.order)) at.accesses.of[one.on] = which;
  }

  static void fence(state& at, unsigned t, std::uint8_t order) {
    thread_state& self = at.thread[t];
    if (acquires(order)) self.now.join(self.to_acquire);
    if (is_ordered(order)) {
      self.now.join(at.fences);
      self.now.join(at.accesses);
      at.fences.join(self.now);
    }
    if (releases(order)) self.released = self.now;
  }

  void step(const state& before, unsigned t) {
    state at = before;
    thread_state& self = at.thread[t];
    const instruction& one = what_.thread[t].at[self.next];
    const bool is_due = one.when == guard::none || (one.when == guard::after_zero) == (self.last == 0);
    if (!is_due) return done(at, t, not_done), visit(at);
    const unsigned newest = at.count[one.on] - 1U;
    const view newest_release = at.messages[one.on][newest].release;
    switch (one.what) {
      case kind::load: return load(before, t, one);
      case kind::store: write(at, t, one, one.value, {}); return done(at, t, 0), visit(at);
      case kind::add: {
        const std::uint8_t value = read(at, t, one, newest);
        write(at, t, one, value + 1U, newest_release);
        return done(at, t, value), visit(at);
      }
      case kind::exchange: {
        const std::uint8_t value = read(at, t, one, newest);
        write(at, t, one, one.value, newest_release);
        return done(at, t, value), visit(at);
      }
      case kind::compare_exchange: {
        const std::uint8_t value = read(at, t, one, newest);
        const bool succeeds = value == one.value;
        if (succeeds) write(at, t, one, value + 1U, newest_release);
        return done(at, t, succeeds ? 100U : value), visit(at);
      }
      default: fence(at, t, one.order); return done(at, t, 0), visit(at);
    }
  }

  void load(const state& before, unsigned t, const instruction& one) {
    unsigned oldest = before.thread[t].now.of[one.on];
    if (is_ordered(one.order)) {
      oldest = std::max<unsigned>({oldest, before.fences.of[one.on], before.accesses.of[one.on]});
    }
    for (unsigned which = oldest; which < before.count[one.on]; ++which) {
      state at = before;
      const std::uint8_t value = read(at, t, one, which);
      done(at, t, value);
      visit(at);
    }
  }

  const program& what_;
  result_set& results_;
  model_answer answer_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

model_answer weak_model(const program& what, result_set& results) {
  results.clear();
  return search(what, results).answer();
}

}  // namespace fuzz
