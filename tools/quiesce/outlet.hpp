#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <string_view>
#include <system_error>

#include "file_descriptor.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// Writes lines to a file, a pipe, a socket or a terminal and never blocks: what the other side does not take yet waits
/// in a queue, and a registered wait on the descriptor continues when there is room. So a reader that has stopped to
/// read can hold up the output, but never a signal, an exit or a shutdown. A disk that is full takes nothing for a while
/// as well; since nothing tells when it has room again, that is tried at intervals.
///
/// All calls on the worker of `pool`, but for the construction.
class outlet {
 public:
  struct events {
    std::function<void()> relieved;               // some of the queue was taken
    std::function<void(std::error_code)> broken;  // once; from now on everything written is dropped
    // The disk is full; told again after all of the queue was taken.
    std::function<void(std::error_code)> full = [](std::error_code) {};
  };

  /// Keeps a descriptor of its own; `fd` stays the caller's, and so do its flags, which other programs may share.
  outlet(q::thread_pool& pool, int fd, events tell);

  /// One line, newline included, is offered to the system in one write.
  void write(std::string line);

  /// Who can wait with making more output, should.
  [[nodiscard]] bool congested() const noexcept { return queued_bytes_ > enough_bytes; }
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return queued_bytes_; }
  /// What is in the queue waits for room on a disk.
  [[nodiscard]] bool is_full() const noexcept { return full_; }

 private:
  static constexpr std::size_t enough_bytes = 1024 * 1024;

  void offer_queue();
  /// Returns whether all of the line was taken. Otherwise the rest of it waits.
  bool offer(std::string& line);
  void continue_writing();
  void wait_for_reader();
  void wait_for_disk(std::error_code error);
  void fail(std::error_code error);

  bool is_socket_;
  file_descriptor file_;
  bool broken_ = false;
  bool full_ = false;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  events tell_;
  std::optional<q::descriptor>
      room_;  // made when it is first needed: a regular file cannot be waited for and needs not
  q::timer next_try_{q::timer::reset::automatic};
  q::registered_wait on_room_;
};

}  // namespace quiesce_tool
