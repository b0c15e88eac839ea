#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string_view>
#include <vector>

#include "back_off.hpp"
#include "change_window.hpp"
#include "leftovers.hpp"
#include "process_output.hpp"
#include "procfile.hpp"
#include "surroundings.hpp"

namespace quiesce_tool {

/// What the supervisor is told. `over` is the last thing that its caller does.
struct process_events {
  std::function<void(std::size_t process)> started;
  /// It failed by itself, and is not started again or not before a watched path changes.
  std::function<void(std::size_t process, int status)> failed;
  std::function<void(bool after_failure)> over;
};

/// One line of the Procfile: its command, run again and again as the policy and its watched paths say.
///
///   stage     what is awaited                                      left for
///   unborn    start()                                              running
///   running   the exit of the command                              ending, clearing
///   ending    the exit of the command, whose group got SIGTERM     clearing
///   clearing  the end of all that the command left behind          running, pausing, resting, over
///   pausing   the end of the back-off                              running, over
///   resting   a change of a watched path                           running, over
///   over      nothing
///
/// A second start is possible only after clearing: a restart meets neither the old process nor anything it started.
class supervised_process {
 public:
  /// Errors: std::system_error if a path cannot be watched.
  supervised_process(surroundings& around, std::size_t number, procfile_entry entry,
                     const std::vector<std::filesystem::path>& watched, int standard_input, process_events tell);

  void start();
  /// Ends it for good: SIGTERM to its process group, the limit, SIGKILL.
  void stop();
  /// After stop(): no more patience.
  void kill();
  /// Standard output takes lines again.
  void resume_output() { output_.resume(); }

  [[nodiscard]] bool is_over() const noexcept { return stage_ == stage::over; }
  /// The pid of the command while it has not been seen to exit; 0 otherwise.
  [[nodiscard]] int running_pid() const noexcept { return is_alive() ? pid_ : 0; }

 private:
  enum class stage : std::uint8_t { unborn, running, ending, clearing, pausing, resting, over };
  using clock = std::chrono::steady_clock;

  [[nodiscard]] bool is_alive() const noexcept { return stage_ == stage::running || stage_ == stage::ending; }

  void spawn();
  void could_not_start(const char* why);
  void end(std::string_view why);
  void send_to_group(int signal, std::string_view event);
  [[nodiscard]] bool may_read();
  void woke();
  void exited();
  void still_ending();
  void kill_group();
  void say_whom_we_wait_for(clock::time_point now);
  void clear_up();
  void cleared();
  void put_off_start();
  void pause_over();
  void path_changed();
  void be_over(bool after_failure);

  surroundings& around_;
  const std::size_t number_;
  const procfile_entry entry_;
  const int standard_input_;
  process_events tell_;

  stage stage_ = stage::unborn;
  bool stopping_ = false;
  bool impatient_ = false;
  bool changed_ = false;  // a change wants a start that has not happened yet
  bool failed_ = false;   // the last run, by itself
  int status_ = 0;        // of the last run, as a shell would tell it
  std::uint64_t starts_ = 0;
  back_off back_off_;
  std::chrono::milliseconds delay_{};  // of the start that is put off
  clock::time_point started_at_{};
  std::chrono::nanoseconds ran_for_{};
  std::optional<clock::time_point> told_at_;  // when the group of this run was sent SIGTERM
  bool killed_ = false;                       // and then SIGKILL
  clock::time_point say_at_{};
  bool held_up_ = false;  // some output of this run could not be passed on at once

  std::optional<q::process> process_;
  int pid_ = 0;
  process_output output_;
  leftovers leftovers_;
  change_window changes_;
  q::timer pause_{q::timer::reset::automatic};
  q::registered_wait on_exit_;
  q::registered_wait on_pause_over_;
};

}  // namespace quiesce_tool
