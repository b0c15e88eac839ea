#include "descriptors.hpp"

#include <limits.h>
#include <sys/epoll.h>

#include <cerrno>

#include "real.hpp"

namespace explore {

void descriptor_table::reset() noexcept {
  pipes_ = watched_count_ = 0;
  for (unsigned thread = 0; thread < most_threads; ++thread) {
    for (; given_[thread] != 0; --given_[thread]) of_number_[thread * most_of_thread + given_[thread]] = 0;
    call_[thread].use = descriptor_use::none;
  }
}

// --- Numbers --------------------------------------------------------------------------------------------------------

unsigned descriptor_table::new_number(unsigned thread, unsigned of) noexcept {
  if (given_[thread] == most_of_thread) return 0;
  const unsigned number = 1 + thread * most_of_thread + given_[thread]++;
  of_number_[number] = static_cast<std::uint16_t>(of != 0 ? of : number);
  return number;
}

unsigned descriptor_table::create(unsigned thread, descriptor_kind kind, bool does_not_block) noexcept {
  const unsigned number = new_number(thread, 0);
  if (number == 0) return 0;
  description_[number] = {};
  description_[number].kind = kind;
  description_[number].numbers = 1;
  description_[number].does_not_block = does_not_block;
  return number;
}

bool descriptor_table::create_pipe(unsigned thread, bool does_not_block, unsigned& reader, unsigned& writer) noexcept {
  if (pipes_ == most_pipes) return false;
  reader = create(thread, descriptor_kind::pipe_reader, does_not_block);
  writer = create(thread, descriptor_kind::pipe_writer, does_not_block);
  if (reader == 0 || writer == 0) return false;
  description_[reader].other_end = static_cast<std::uint16_t>(writer);
  description_[writer].other_end = static_cast<std::uint16_t>(reader);
  description_[reader].buffer = description_[writer].buffer = static_cast<std::uint8_t>(pipes_);
  pipe_[pipes_].begin = pipe_[pipes_].used = 0;
  ++pipes_;
  return true;
}

unsigned descriptor_table::duplicate(unsigned thread, unsigned of) noexcept {
  const unsigned number = new_number(thread, of);
  if (number != 0) ++description_[of].numbers;
  return number;
}

void descriptor_table::close(unsigned number) noexcept {
  const unsigned id = of_number_[number];
  of_number_[number] = 0;
  description& closed = description_[id];
  if (--closed.numbers != 0) return;
  for (unsigned i = watched_count_; i-- != 0;) {
    if (watched_[i].of != id && watched_[i].set != id) continue;
    description_[watched_[i].of].in_set = 0;
    remove(i);
  }
  if (closed.other_end == 0) return;
  ++description_[closed.other_end].arrivals;
  ++description_[closed.other_end].departures;
}

// --- Readiness ------------------------------------------------------------------------------------------------------

std::uint64_t descriptor_table::expiries(const description& timer, std::uint64_t now) noexcept {
  if (!timer.is_armed || now < timer.due) return 0;
  return timer.interval == 0 ? 1 : 1 + (now - timer.due) / timer.interval;
}

std::uint64_t descriptor_table::next_expiry(const description& timer, std::uint64_t now) noexcept {
  if (!timer.is_armed) return never;
  if (now < timer.due) return timer.due;
  return timer.interval == 0 ? never : timer.due + expiries(timer, now) * timer.interval;
}

std::uint32_t descriptor_table::readiness(const description& of, std::uint64_t now) const noexcept {
  switch (of.kind) {
    case descriptor_kind::counter: return (of.count > 0 ? EPOLLIN : 0U) | (of.count < most_count ? EPOLLOUT : 0U);
    case descriptor_kind::timer: return expiries(of, now) > 0 ? EPOLLIN : 0U;
    case descriptor_kind::pipe_reader:
      return (bytes_in(of) > 0 ? EPOLLIN : 0U) | (description_[of.other_end].numbers == 0 ? EPOLLHUP : 0U);
    case descriptor_kind::pipe_writer:
      return (room_in(of) >= PIPE_BUF ? EPOLLOUT : 0U) | (description_[of.other_end].numbers == 0 ? EPOLLERR : 0U);
    case descriptor_kind::none:
    case descriptor_kind::set: break;
  }
  return 0;
}

// --- epoll ----------------------------------------------------------------------------------------------------------

std::uint32_t descriptor_table::edges(const watched_descriptor& watched, std::uint64_t now) const noexcept {
  const description& of = description_[watched.of];
  std::uint32_t count = 0;
  if ((watched.events & EPOLLIN) != 0) count += of.arrivals + static_cast<std::uint32_t>(expiries(of, now));
  if ((watched.events & EPOLLOUT) != 0) count += of.departures;
  return count;
}

std::uint32_t descriptor_table::reportable(const watched_descriptor& watched, std::uint64_t now) const noexcept {
  if (watched.is_spent) return 0;
  const std::uint32_t asked = (watched.events & (EPOLLIN | EPOLLOUT)) | EPOLLERR | EPOLLHUP;
  const std::uint32_t events = readiness(description_[watched.of], now) & asked;
  if ((watched.events & EPOLLET) != 0 && edges(watched, now) == watched.seen_edges) return 0;
  return events;
}

void descriptor_table::reported(watched_descriptor& watched, std::uint64_t now) noexcept {
  watched.seen_edges = edges(watched, now);
  if ((watched.events & EPOLLONESHOT) != 0) watched.is_spent = true;
}

unsigned descriptor_table::find(unsigned set, unsigned number) const noexcept {
  for (unsigned i = 0; i < watched_count_; ++i) {
    if (watched_[i].set == set && watched_[i].number == number) return i;
  }
  return most_watched;
}

int descriptor_table::watch(unsigned set, unsigned number, std::uint32_t events, std::uint64_t data) noexcept {
  if (find(set, number) != most_watched) return EEXIST;
  watched_descriptor& added = watched_[watched_count_++];
  added = {};
  added.set = static_cast<std::uint16_t>(set);
  added.number = static_cast<std::uint16_t>(number);
  added.of = of_number_[number];
  description_[added.of].in_set = added.set;
  return change(set, number, events, data);
}

int descriptor_table::change(unsigned set, unsigned number, std::uint32_t events, std::uint64_t data) noexcept {
  const unsigned index = find(set, number);
  if (index == most_watched) return ENOENT;
  watched_descriptor& changed = watched_[index];
  changed.events = events;
  changed.data = data;
  changed.is_spent = false;
  changed.seen_edges = edges(changed, 0) - 1;  // what is ready now is an edge; before the first expiry, by moment 0
  return 0;
}

int descriptor_table::forget(unsigned set, unsigned number) noexcept {
  const unsigned index = find(set, number);
  if (index == most_watched) return ENOENT;
  const std::uint16_t of = watched_[index].of;
  remove(index);
  description_[of].in_set = 0;
  for (unsigned i = 0; i < watched_count_; ++i) {
    if (watched_[i].of == of) description_[of].in_set = watched_[i].set;
  }
  return 0;
}

void descriptor_table::remove(unsigned index) noexcept {
  --watched_count_;
  // Not by assignments: the compiler makes a call of memmove() of them, and that is taken over.
  copy_bytes(watched_ + index, watched_ + index + 1, (watched_count_ - index) * sizeof *watched_);
}

bool descriptor_table::has_ready(unsigned set, std::uint64_t now) const noexcept {
  for (unsigned i = 0; i < watched_count_; ++i) {
    if (watched_[i].set == set && reportable(watched_[i], now) != 0) return true;
  }
  return false;
}

std::uint64_t descriptor_table::next_expiry_in(unsigned set, std::uint64_t now) const noexcept {
  std::uint64_t first = never;
  for (unsigned i = 0; i < watched_count_; ++i) {
    const watched_descriptor& watched = watched_[i];
    if (watched.set != set || watched.is_spent || (watched.events & EPOLLIN) == 0) continue;
    const std::uint64_t due = next_expiry(description_[watched.of], now);
    if (due < first) first = due;
  }
  return first;
}

// --- Pipes ----------------------------------------------------------------------------------------------------------

void descriptor_table::put(const description& end, const void* bytes, std::uint32_t count) noexcept {
  pipe_buffer& into = pipe_[end.buffer];
  const auto* const from = static_cast<const unsigned char*>(bytes);
  const std::uint32_t at = (into.begin + into.used) % pipe_size;
  const std::uint32_t before_end = count < pipe_size - at ? count : pipe_size - at;
  copy_bytes(into.bytes + at, from, before_end);
  copy_bytes(into.bytes, from + before_end, count - before_end);
  into.used += count;
}

void descriptor_table::take(const description& end, void* bytes, std::uint32_t count) noexcept {
  pipe_buffer& from = pipe_[end.buffer];
  auto* const to = static_cast<unsigned char*>(bytes);
  const std::uint32_t before_end = count < pipe_size - from.begin ? count : pipe_size - from.begin;
  copy_bytes(to, from.bytes + from.begin, before_end);
  copy_bytes(to + before_end, from.bytes, count - before_end);
  from.begin = (from.begin + count) % pipe_size;
  from.used -= count;
}

}  // namespace explore
