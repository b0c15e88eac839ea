#include "process_output.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace quiesce_tool {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

// What a pipe can hold at most without privileges. A grandchild that never stops to write must not keep drain() for ever.
constexpr std::size_t drain_bytes = 1024 * 1024;

}  // namespace

process_output::process_output(q::thread_pool& pool, line_splitter::sink take, std::function<bool()> may_read)
    : take_{std::move(take)},
      may_read_{std::move(may_read)},
      on_ready_{pool, [this](q::callback_scope&) { readable(); }} {}

file_descriptor process_output::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error{errno, std::generic_category(), "pipe"};
  file_descriptor ours{ends[0]};
  file_descriptor theirs{ends[1]};
  // Only our end: the process may expect that its writes block.
  ::fcntl(ours.number(), F_SETFL, O_NONBLOCK);
  q::descriptor ready{ours.number(), q::descriptor::readiness::readable};
  finish();
  pipe_ = std::move(ours);
  ready_ = std::move(ready);
  on_ready_.arm(*ready_);
  return theirs;
}

void process_output::readable() {
  if (!pipe_) return;
  if (!may_read_()) {
    paused_ = true;
    return;
  }
  // One read for each callback: a process that writes without pause must not keep the others waiting.
  if (read_some() == outcome::ended) return end();
  on_ready_.arm(*ready_);
}

void process_output::resume() {
  if (std::exchange(paused_, false) && pipe_) on_ready_.arm(*ready_);
}

void process_output::drain() {
  if (!pipe_) return;
  for (std::size_t reads = 0; reads < drain_bytes / read_bytes; ++reads) {
    switch (read_some()) {
      case outcome::more: break;
      case outcome::nothing_yet: return;
      case outcome::ended: return end();
    }
  }
}

void process_output::finish() {
  drain();
  end();
}

process_output::outcome process_output::read_some() {
  static thread_local std::array<char, read_bytes> buffer;
  for (;;) {
    const ssize_t count = ::read(pipe_.number(), buffer.data(), buffer.size());
    if (count > 0) {
      lines_.feed({buffer.data(), static_cast<std::size_t>(count)}, take_);
      return outcome::more;
    }
    if (count == 0) return outcome::ended;
    if (errno == EINTR) continue;
    return errno == EAGAIN ? outcome::nothing_yet : outcome::ended;
  }
}

void process_output::end() {
  if (!pipe_) return;
  on_ready_.disarm();
  paused_ = false;
  lines_.finish(take_);
  ready_.reset();
  pipe_.close();
}

}  // namespace quiesce_tool
