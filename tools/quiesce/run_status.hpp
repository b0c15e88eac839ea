#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace quiesce_tool {

/// Chooses the exit status of `quiesce run`. The rules stand in the text of --help; in their order:
///   1. the status of the process that failed first and was not started again,
///   2. 1, if somebody was left running,
///   3. 128 and the signal that was sent a second time and cut the orderly stop short,
///   4. 141, as if by SIGPIPE, if standard output was closed,
///   5. 1, if there was no room for the last of the output,
///   6. 0.
class run_status {
 public:
  static constexpr int somebody_is_left = 1;
  static constexpr int output_was_closed = 141;
  static constexpr int output_had_no_room = 1;

  /// The process exited by itself, unsuccessfully, and will not be started again, or not before a watched path changes.
  /// `at`: when its failure was seen. It is told of later, when all that it left behind has ended, and who failed after it
  /// may have been told of before.
  void failed(std::size_t process, int status, std::chrono::steady_clock::time_point at) {
    const auto later = std::find_if(failures_.begin(), failures_.end(), [&](const failure& f) { return f.at > at; });
    failures_.insert(later, {process, status, at});
  }

  /// It runs again: its failure is mended.
  void started(std::size_t process) {
    std::erase_if(failures_, [&](const failure& f) { return f.process == process; });
  }

  void left_running() noexcept { left_running_ = true; }
  void forced(int signal) noexcept { forced_by_ = signal; }
  void output_closed() noexcept { output_closed_ = true; }
  void no_room() noexcept { no_room_ = true; }

  [[nodiscard]] int value() const noexcept {
    if (!failures_.empty()) return failures_.front().status;
    if (left_running_) return somebody_is_left;
    if (forced_by_ != 0) return 128 + forced_by_;
    if (output_closed_) return output_was_closed;
    return no_room_ ? output_had_no_room : 0;
  }

 private:
  struct failure {
    std::size_t process;
    int status;
    std::chrono::steady_clock::time_point at;
  };
  std::vector<failure> failures_;  // in the order in which they happened
  bool left_running_ = false;
  int forced_by_ = 0;
  bool output_closed_ = false;
  bool no_room_ = false;
};

}  // namespace quiesce_tool
