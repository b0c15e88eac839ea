/// Descriptors that exist only in an execution: eventfd, timerfd, epoll and pipe, as the kernel would behave.
///
/// A number stands for a description, which several numbers can share (dup). A description is named by the first number
/// that stood for it. Each thread has its own row of numbers, so that those that a thread gets do not depend on the
/// others; a number is never used twice, so that one that was closed is known.
///
/// Plain data and no steps: hooks_descriptors.cpp makes those. Lies in the engine's memory, which is never put back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace.hpp"

namespace explore {

enum class descriptor_kind : std::uint8_t { none, counter, timer, set, pipe_reader, pipe_writer };

/// What an open file description is to the kernel.
struct description {
  descriptor_kind kind = descriptor_kind::none;
  std::uint8_t numbers = 0;  // that stand for it; at zero it has ended
  bool does_not_block = false;
  bool is_semaphore = false;     // counter: read() takes one
  bool follows_date = false;     // timer
  bool is_armed = false;         // timer: since it was set or last read
  std::uint16_t in_set = 0;      // the epoll set that watches it
  std::uint16_t other_end = 0;   // of a pipe
  std::uint8_t buffer = 0;       // of a pipe
  std::uint32_t arrivals = 0;    // each is an edge for those who wait to read
  std::uint32_t departures = 0;  // the same for those who wait to write
  std::uint32_t turn = 0;        // set: with whom the next report begins, when not all had room in the last one
  std::uint64_t count = 0;       // counter
  std::uint64_t due = 0;         // timer: the first expiry that was not read
  std::uint64_t interval = 0;    // timer; zero: expires once
};

struct watched_descriptor {
  std::uint16_t set = 0;
  std::uint16_t number = 0;
  std::uint16_t of = 0;   // the description
  bool is_spent = false;  // EPOLLONESHOT, and it was reported
  std::uint32_t events = 0;
  std::uint32_t seen_edges = 0;
  std::uint64_t data = 0;
};

/// What a thread is about to do with a descriptor. Kept while others run, since what it touches can change meanwhile: a
/// descriptor is added to a set, a timer is armed.
enum class descriptor_use : std::uint8_t { none, read, write, control, close, wait, poll };
struct descriptor_call {
  descriptor_use use = descriptor_use::none;
  descriptor_function function = descriptor_function::epoll_wait;  // wait, poll, control: for the reader of a trace
  bool waits = false;                                              // until it finds something
  bool finds_nothing = false;                                      // and so changes nothing
  bool asks_clock = false;
  std::uint16_t number = 0;
  std::uint16_t of = 0;              // the description
  std::uint16_t with = 0;            // control: the description that a set is told of
  std::uint64_t size = 0;            // write: bytes to a pipe, or what is added to a counter; poll: the events
  std::uint64_t limit = UINT64_MAX;  // wait, poll: of the call itself
};

class descriptor_table {
 public:
  /// Numbers as a program sees them are so far above those that stand here, and above all that the kernel gives.
  static constexpr int base = 1'000'000;
  static constexpr unsigned most_of_thread = 127;
  static constexpr unsigned most_numbers = 1 + most_of_thread * most_threads;
  static constexpr unsigned most_watched = 256;
  static constexpr unsigned most_pipes = 16;
  static constexpr std::uint32_t pipe_size = 65'536;
  static constexpr std::uint64_t most_count = UINT64_MAX - 1;
  static constexpr std::uint64_t never = UINT64_MAX;

  void reset() noexcept;

  /// Zero: there are too many.
  unsigned create(unsigned thread, descriptor_kind kind, bool does_not_block) noexcept;
  bool create_pipe(unsigned thread, bool does_not_block, unsigned& reader, unsigned& writer) noexcept;
  unsigned duplicate(unsigned thread, unsigned of) noexcept;
  /// The description's end, with the last number, ends what is watched of it, too.
  void close(unsigned number) noexcept;

  /// Whether the program's number is of the kind that is made here, open or not.
  static bool is_modelled(int fd) noexcept { return fd > base && fd - base < static_cast<int>(most_numbers); }
  /// The description that the number stands for. Zero: none, or no more.
  unsigned description_of(unsigned number) const noexcept { return of_number_[number]; }
  bool was_closed(unsigned number) const noexcept {
    return of_number_[number] == 0 && (number - 1) % most_of_thread < given_[(number - 1) / most_of_thread];
  }
  descriptor_call& call_of(unsigned thread) noexcept { return call_[thread]; }
  description& at(unsigned id) noexcept { return description_[id]; }
  const description& at(unsigned id) const noexcept { return description_[id]; }

  // What is ready, at a moment of the virtual clock: EPOLLIN and its like
  std::uint32_t readiness(const description& of, std::uint64_t now) const noexcept;
  static std::uint64_t expiries(const description& timer, std::uint64_t now) noexcept;
  /// The first expiry after now, or never.
  static std::uint64_t next_expiry(const description& timer, std::uint64_t now) noexcept;

  // epoll. Each returns zero or the number of an error.
  int watch(unsigned set, unsigned number, std::uint32_t events, std::uint64_t data) noexcept;
  int change(unsigned set, unsigned number, std::uint32_t events, std::uint64_t data) noexcept;
  int forget(unsigned set, unsigned number) noexcept;
  bool has_room() const noexcept { return watched_count_ < most_watched; }
  bool has_ready(unsigned set, std::uint64_t now) const noexcept;
  std::uint64_t next_expiry_in(unsigned set, std::uint64_t now) const noexcept;
  /// Reports what is ready to `tell(events, data, description)`, at most `most`. Returns how many there were. What is
  /// ready comes in the order in which it was added: the kernel's order is that of becoming ready, which nobody may
  /// rely on.
  template <class Told>
  unsigned report(unsigned set, unsigned most, std::uint64_t now, Told tell) noexcept;

  // Bytes of a pipe
  std::uint32_t bytes_in(const description& end) const noexcept { return pipe_[end.buffer].used; }
  std::uint32_t room_in(const description& end) const noexcept { return pipe_size - pipe_[end.buffer].used; }
  void put(const description& end, const void* bytes, std::uint32_t count) noexcept;
  void take(const description& end, void* bytes, std::uint32_t count) noexcept;

 private:
  struct pipe_buffer {
    std::uint32_t begin;
    std::uint32_t used;
    unsigned char bytes[pipe_size];
  };
  unsigned new_number(unsigned thread, unsigned of) noexcept;
  unsigned find(unsigned set, unsigned number) const noexcept;
  void remove(unsigned index) noexcept;
  std::uint32_t edges(const watched_descriptor& watched, std::uint64_t now) const noexcept;
  std::uint32_t reportable(const watched_descriptor& watched, std::uint64_t now) const noexcept;
  void reported(watched_descriptor& watched, std::uint64_t now) noexcept;

  descriptor_call call_[most_threads];
  unsigned pipes_ = 0;
  unsigned watched_count_ = 0;
  std::uint8_t given_[most_threads] = {};  // numbers, to each thread
  std::uint16_t of_number_[most_numbers] = {};
  description description_[most_numbers];
  watched_descriptor watched_[most_watched];
  pipe_buffer pipe_[most_pipes];
};

template <class Told>
unsigned descriptor_table::report(unsigned set, unsigned most, std::uint64_t now, Told tell) noexcept {
  description& from = description_[set];
  const unsigned first = from.turn < watched_count_ ? from.turn : 0;
  unsigned count = 0;
  for (unsigned i = 0; i < watched_count_; ++i) {
    const unsigned index = (first + i) % watched_count_;
    watched_descriptor& watched = watched_[index];
    if (watched.set != set) continue;
    const std::uint32_t events = reportable(watched, now);
    if (events == 0) continue;
    if (count == most) {
      from.turn = index;
      return count;
    }
    ++count;
    reported(watched, now);
    tell(events, watched.data, unsigned{watched.of});
  }
  from.turn = 0;
  return count;
}

}  // namespace explore
