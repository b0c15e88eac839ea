#include "fuzz_program.hpp"

#include <sys/mman.h>

#include <new>
#include <random>

namespace fuzz {
namespace {

constexpr const char* names[] = {"load",
                                 "store",
                                 "add",
                                 "exchange",
                                 "compare_exchange",
                                 "poll",
                                 "fence",
                                 "lock",
                                 "try_lock",
                                 "timed_lock",
                                 "unlock",
                                 "read_lock",
                                 "write_lock",
                                 "try_read_lock",
                                 "try_write_lock",
                                 "timed_read_lock",
                                 "timed_write_lock",
                                 "rw_unlock",
                                 "cond_wait",
                                 "cond_timed_wait",
                                 "signal",
                                 "broadcast",
                                 "futex_wait",
                                 "futex_timed_wait",
                                 "futex_wait_for",
                                 "futex_wake",
                                 "sem_wait",
                                 "sem_try_wait",
                                 "sem_timed_wait",
                                 "sem_post",
                                 "sem_value",
                                 "barrier_wait",
                                 "clock_read",
                                 "sleep_until",
                                 "sleep_for",
                                 "count_read",
                                 "count_write",
                                 "count_look",
                                 "count_wait",
                                 "count_wait_for",
                                 "pipe_read",
                                 "pipe_write",
                                 "pipe_wait",
                                 "set_wait",
                                 "set_look",
                                 "set_wait_for",
                                 "set_add",
                                 "set_remove",
                                 "yield"};
static_assert(sizeof names / sizeof *names == kinds);
constexpr const char* order_names[orders] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst"};

// What belongs together, so that instructions of one program have to do with each other.
struct family {
  unsigned count;
  kind members[8];
};
using enum kind;
constexpr family families[] = {
    {7, {load, store, add, exchange, compare_exchange, poll, fence}},
    {4, {lock, try_lock, timed_lock, unlock}},
    {7, {read_lock, write_lock, try_read_lock, try_write_lock, timed_read_lock, timed_write_lock, rw_unlock}},
    {6, {lock, cond_wait, cond_timed_wait, signal, broadcast, unlock}},
    {5, {store, futex_wait, futex_timed_wait, futex_wait_for, futex_wake}},
    {5, {sem_wait, sem_try_wait, sem_timed_wait, sem_post, sem_value}},
    {5, {count_read, count_write, count_look, count_wait, count_wait_for}},
    {3, {pipe_read, pipe_write, pipe_wait}},
    {8, {count_read, count_write, set_wait, set_look, set_wait_for, set_add, set_remove, count_read}},
    {8, {pipe_read, pipe_write, set_wait, set_look, set_add, set_remove, pipe_read, count_write}},
    {1, {barrier_wait}},
    {3, {clock_read, sleep_until, sleep_for}},
    {1, {yield}},
};
constexpr unsigned family_count = sizeof families / sizeof *families;

std::string to_text(const descriptor_setup& shown) {
  return "  counter " + std::to_string(shown.count) + (shown.counts_down ? ", counts down" : "") + "; pipe " +
         std::to_string(shown.bytes) + "; set of " + std::to_string(shown.watched) +
         (shown.for_room ? ", for room" : "") + (shown.by_edge ? ", by edge" : "") + "\n";
}

std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

}  // namespace

bool takes_time(kind what) noexcept {
  return what == timed_lock || what == timed_read_lock || what == timed_write_lock || what == cond_timed_wait ||
         what == futex_timed_wait || what == futex_wait_for || what == sem_timed_wait || what == sleep_until ||
         what == sleep_for || what == clock_read || what == count_wait_for || what == set_wait_for;
}

bool uses_descriptors(kind what) noexcept { return what >= count_read && what <= set_remove; }

bool uses_pipe(kind what) noexcept { return what >= pipe_read && what <= pipe_wait; }

bool has(const program& what, bool (*of_this_kind)(kind) noexcept) noexcept {
  for (unsigned t = 0; t < what.threads; ++t) {
    for (unsigned i = 0; i < what.thread[t].count; ++i) {
      if (of_this_kind(what.thread[t].at[i].what)) return true;
    }
  }
  return false;
}

program make_program(std::uint64_t seed) {
  std::mt19937_64 random(mixed(seed + 1));
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  program made;
  made.threads = 2 + below(2);
  made.semaphore = below(3);
  made.descriptors = {.counts_down = below(2) == 0,
                      .count = static_cast<std::uint8_t>(below(2) == 0 ? below(2) : full - below(3)),
                      .bytes = static_cast<std::uint16_t>(below(6) != 0 ? below(3) : pipe_size - 1 - below(3)),
                      .watched = static_cast<std::uint8_t>(below(4)),
                      .for_room = below(3) == 0,
                      .by_edge = below(3) == 0};
  made.same_place = below(8) == 0;
  made.is_detached = below(4) == 0;
  // One family or two, as often, and now and then anything: most of what goes wrong needs several of one family.
  const unsigned first = below(family_count - 2);
  const unsigned second = below(2) == 0 ? first : below(family_count);
  // A thread that looks more often at one place than engine::most_repeats allows counts as spinning.
  const unsigned most = made.same_place ? 3 : made.threads == 2 ? 5 : 4;
  unsigned left = made.threads == 2 ? 8 : made.is_detached ? 5 : 7;
  for (unsigned t = 0; t < made.threads; ++t) {
    thread_program& own = made.thread[t];
    own.count = 1 + below(most);
    const unsigned others = made.threads - t - 1;
    if (own.count + others > left) own.count = left - others;
    left -= own.count;
    unsigned timed = 0;
    for (unsigned i = 0; i < own.count; ++i) {
      const unsigned dice = below(10);
      const family& from = families[dice < 5 ? first : dice < 9 ? second : below(family_count)];
      own.at[i] = {.what = from.members[below(from.count)],
                   .when = below(5) != 0   ? guard::none
                           : below(2) == 0 ? guard::after_zero
                                           : guard::after_other,
                   .on = static_cast<std::uint8_t>(below(4) == 0 ? 1 : 0),
                   .value = static_cast<std::uint8_t>(below(3)),
                   .order = static_cast<std::uint8_t>(below(orders))};
      if (made.same_place && own.at[i].what == poll) own.at[i].what = load;
      // Of more time-outs than engine::most_early_limits a thread does not try all.
      timed += takes_time(own.at[i].what) && own.at[i].what != clock_read ? 1 : 0;
      if (timed > 3) own.at[i].what = clock_read;
    }
  }
  // It takes long to fill a pipe.
  if (!has(made, uses_pipe)) made.descriptors.bytes = made.descriptors.bytes != 0 ? 1 : 0;
  return made;
}

// A load is what its outcomes differ by; a poll would look so often that the explorer takes it for spinning.
program make_program_of_words(std::uint64_t seed) {
  constexpr kind members[] = {load, load, load, store, store, add, exchange, compare_exchange, fence};
  std::mt19937_64 random(mixed(~seed));
  program made = make_program(seed);
  made.same_place = made.is_detached = false;
  const bool one_order = random() % 4 == 0;
  const auto order = static_cast<std::uint8_t>(random() % orders);
  for (thread_program& own : made.thread) {
    for (instruction& each : own.at) {
      each.what = members[random() % (sizeof members / sizeof *members)];
      each.on = static_cast<std::uint8_t>(random() % words);
      each.value = static_cast<std::uint8_t>(each.what == store ? 1 + random() % 2 : random() % 3);
      if (random() % 4 != 0) each.when = guard::none;
      if (one_order) each.order = order;
    }
  }
  return made;
}

std::string to_text(const program& shown) {
  std::string text = "semaphore " + std::to_string(shown.semaphore) + (shown.same_place ? ", same place" : "") +
                     (shown.is_detached ? ", detached" : "") + "\n" + to_text(shown.descriptors);
  for (unsigned t = 0; t < shown.threads; ++t) {
    text += "  thread " + std::to_string(t) + ":";
    for (unsigned i = 0; i < shown.thread[t].count; ++i) {
      const instruction& one = shown.thread[t].at[i];
      text += one.when == guard::none ? "  " : one.when == guard::after_zero ? "  [after 0] " : "  [after other] ";
      text += names[static_cast<unsigned>(one.what)];
      text += "(" + std::to_string(one.on) + "," + std::to_string(one.value) + ")";
      if (one.what <= fence) text += std::string(" ") + order_names[one.order];
    }
    text += "\n";
  }
  return text;
}

void shrink(program& what, const std::function<bool(const program&)>& is_wrong) {
  const auto try_without = [&](auto change) {
    program smaller = what;
    change(smaller);
    if (!is_wrong(smaller)) return false;
    what = smaller;
    return true;
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (unsigned t = 0; t < what.threads; ++t) {
      for (unsigned i = 0; i < what.thread[t].count; ++i) {
        if (what.thread[t].at[i].when != guard::none) {
          smaller |= try_without([&](program& p) { p.thread[t].at[i].when = guard::none; });
        }
        if (what.thread[t].at[i].what <= fence && what.thread[t].at[i].order != 0) {
          smaller |= try_without([&](program& p) { p.thread[t].at[i].order = 0; });
        }
        smaller |= try_without([&](program& p) {
          thread_program& own = p.thread[t];
          --own.count;
          for (unsigned k = i; k < own.count; ++k) own.at[k] = own.at[k + 1];
        });
      }
    }
  }
}

std::uint64_t hash_of(const result& of) noexcept {
  std::uint64_t hash = 1;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(&of);
  for (std::size_t i = 0; i < sizeof of; ++i) hash = mixed(hash + bytes[i] + 0x9e3779b97f4a7c15U);
  return hash == 0 ? 1 : hash;
}

result_set::result_set()
    : table_(static_cast<std::uint64_t*>(
          ::mmap(nullptr, places * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
  if (table_ == MAP_FAILED) throw std::bad_alloc();
}

void result_set::clear() noexcept {
  for (std::size_t i = 0; i < places; ++i) table_[i] = 0;
}

// Called in an execution: no step, and nothing that the explorer puts back.
[[gnu::no_sanitize("thread")]] void result_set::enter(std::uint64_t hash) noexcept {
  for (std::size_t at = hash % places, tried = 0; tried < places; ++tried, at = (at + 1) % places) {
    if (table_[at] == hash) return;
    if (table_[at] != 0) continue;
    table_[at] = hash;
    return;
  }
}

std::size_t result_set::size() const noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < places; ++i) count += table_[i] != 0 ? 1 : 0;
  return count;
}

bool result_set::has(std::uint64_t hash) const noexcept {
  for (std::size_t at = hash % places, tried = 0; tried < places; ++tried, at = (at + 1) % places) {
    if (table_[at] == hash) return true;
    if (table_[at] == 0) return false;
  }
  return false;
}

bool operator==(const result_set& a, const result_set& b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < result_set::places; ++i) {
    if (a.table_[i] != 0 && !b.has(a.table_[i])) return false;
  }
  return true;
}

}  // namespace fuzz
