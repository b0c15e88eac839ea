/// What an eventfd, a pipe and an epoll set are to the model: bytes without gaps, and what can be done with them.
#pragma once

#include <cstdint>

#include "fuzz_program.hpp"

namespace fuzz {

struct descriptor_state {
  static constexpr std::uint8_t the_counter = 1;
  static constexpr std::uint8_t the_pipe = 2;
  static constexpr std::uint8_t to_read = 1;
  static constexpr std::uint8_t to_write = 2;

  std::uint32_t bytes = 0;  // in the pipe
  std::uint8_t count = 0;
  std::uint8_t watched = 0;  // by the set
  std::uint8_t news = 0;     // what has had an edge since the set last reported it
  std::uint8_t no_byte = 0;  // so that there is no gap

  static descriptor_state first(const descriptor_setup& of) {
    return {.bytes = of.bytes, .count = of.count, .watched = of.watched, .news = of.watched};
  }

  // The counter
  bool can_add(std::uint8_t value) const { return count <= full / 2 || full - count >= value; }
  void add(std::uint8_t value, const descriptor_setup& of) {
    count = static_cast<std::uint8_t>(count + value);
    if (!of.for_room) news |= the_counter;
  }
  std::uint8_t read(const descriptor_setup& of) {
    const std::uint8_t got = of.counts_down ? std::uint8_t{1} : count;
    count = static_cast<std::uint8_t>(count - got);
    if (of.for_room) news |= the_counter;
    return got;
  }
  std::uint8_t look() const {
    return static_cast<std::uint8_t>((count != 0 ? to_read : 0) | (count != full ? to_write : 0));
  }

  // The pipe
  bool has_room_for(std::uint32_t size) const { return pipe_size - bytes >= (size <= most_at_once ? size : 1); }
  std::uint32_t write(std::uint32_t size) {
    const std::uint32_t room = pipe_size - bytes;
    const std::uint32_t given = size < room ? size : room;
    bytes += given;
    news |= the_pipe;
    return given;
  }
  std::uint32_t take(std::uint32_t size) {
    const std::uint32_t taken = size < bytes ? size : bytes;
    bytes -= taken;
    return taken;
  }

  // The set
  std::uint8_t ready(const descriptor_setup& of) const {
    const bool counter_is_ready = of.for_room ? count != full : count != 0;
    const unsigned all = (counter_is_ready ? the_counter : 0U) | (bytes != 0 ? the_pipe : 0U);
    return static_cast<std::uint8_t>(all & watched & (of.by_edge ? news : watched));
  }
  std::uint8_t report(const descriptor_setup& of) {
    const std::uint8_t got = ready(of);
    news = static_cast<std::uint8_t>(news & ~got);
    return got;
  }
  bool watch(std::uint8_t which) {
    if ((watched & which) != 0) return false;
    watched |= which;
    news |= which;
    return true;
  }
  bool forget(std::uint8_t which) {
    if ((watched & which) == 0) return false;
    watched = static_cast<std::uint8_t>(watched & ~which);
    return true;
  }
};

}  // namespace fuzz
