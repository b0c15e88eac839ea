#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "back_off.hpp"
#include "change_loop.hpp"
#include "change_window.hpp"
#include "leftovers.hpp"
#include "process_output.hpp"
#include "process_settings.hpp"
#include "readiness.hpp"
#include "restart_rule.hpp"
#include "surroundings.hpp"

namespace quiesce_tool {

/// What is told of a process. None of them may destroy it before it has returned.
struct process_events {
  std::function<void(std::size_t process)> started;
  /// For the first time: whoever needs it may start.
  std::function<void(std::size_t process)> ready;
  /// A run has failed by itself. Whether it is started again is not known yet.
  std::function<void()> trouble;
  /// It failed by itself, then, and is not started again or not before a watched path changes.
  std::function<void(std::size_t process, int status, std::chrono::steady_clock::time_point at)> failed;
  std::function<void(std::size_t process, bool after_failure)> over;
};

/// One process of the plan: its command, run again and again as the policy and its watched paths say.
///
///   stage     what is awaited                                           left for
///   unborn    start()                                                   running, over
///   running   the exit of the command                                   ending, clearing
///   ending    the exit of the command, whose group got the stop signal  clearing
///             (one that cannot be ended is left running when everything stops)
///   clearing  the end of all that the command left behind               running, pausing, resting, over
///   pausing   the end of the back-off                                   running, over
///   resting   a change of a watched path                                running, pausing, over
/// and from each in which it would start to pausing, resting or over if it cannot be started.
///   over      nothing
///
/// A second start is possible only after clearing: a restart meets neither the old process nor anything it started.
class supervised_process {
 public:
  /// Errors: std::system_error if a path cannot be watched.
  supervised_process(surroundings& around, std::size_t number, process_settings settings, int nowhere,
                     process_events tell);

  void start();
  /// Tells the user, once for each set of them, which processes have to be ready before it starts.
  void waits_for(const std::vector<std::string>& needs);
  /// Ends it for good: the stop signal to its process group, the limit, SIGKILL.
  void stop();
  /// After stop(): no more patience.
  void kill();
  /// Standard output takes lines again.
  void resume_output() { output_.resume(); }

  [[nodiscard]] const process_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] bool is_unborn() const noexcept { return stage_ == stage::unborn; }
  [[nodiscard]] bool is_over() const noexcept { return stage_ == stage::over; }
  /// It has been, at least once; it need not be now.
  [[nodiscard]] bool has_been_ready() const noexcept { return has_been_ready_; }
  /// Whether that is a child that this object waits for by itself.
  [[nodiscard]] bool awaits(int pid) const noexcept {
    return (is_alive() && pid == pid_) || pid == readiness_.running_pid();
  }

 private:
  enum class stage : std::uint8_t { unborn, running, ending, clearing, pausing, resting, over };
  using clock = std::chrono::steady_clock;

  [[nodiscard]] bool is_alive() const noexcept { return stage_ == stage::running || stage_ == stage::ending; }

  void spawn();
  void could_not_start(const char* why);
  void became_ready();
  void not_ready_in_time(const std::string& why);
  [[nodiscard]] restart_policy policy() const noexcept;
  [[nodiscard]] std::chrono::milliseconds stop_limit() const noexcept;
  [[nodiscard]] bool may_be_left() const noexcept;
  void failed();
  void end(std::string_view why);
  bool send_to_group(int signal, std::string_view event);
  [[nodiscard]] bool may_read();
  void woke();
  void exited();
  void still_ending();
  void kill_group();
  void see_whether_it_refuses();
  bool leave_if_refused();
  void say_whom_we_wait_for(clock::time_point now);
  void clear_up();
  void cleared();
  void put_off_start();
  void pause_over();
  void path_changed();
  bool is_in_loop();
  void put_off_telling();
  void tell_of_change();
  void be_over(bool after_failure);

  surroundings& around_;
  const std::size_t number_;
  const process_settings settings_;
  const int nowhere_;  // /dev/null
  process_events tell_;

  stage stage_ = stage::unborn;
  bool stopping_ = false;
  bool impatient_ = false;
  bool changed_ = false;  // a change wants a start, or a signal, that has not happened yet
  bool failed_ = false;   // the last run, by itself
  clock::time_point failed_at_{};
  std::vector<std::string> awaited_;  // as last told
  bool is_ready_ = false;             // this run
  bool has_been_ready_ = false;
  bool late_ = false;  // this run was not ready within its limit
  int status_ = 0;     // of the last run, as a shell would tell it
  std::uint64_t starts_ = 0;
  back_off back_off_;
  std::chrono::milliseconds delay_{};  // of the start, or the signal, that is put off
  clock::time_point started_at_{};
  clock::time_point answered_at_{};  // the change before, by a start or a signal
  std::chrono::nanoseconds ran_for_{};
  std::optional<clock::time_point> told_at_;  // when the group of this run was sent the stop signal
  bool killed_ = false;                       // and then SIGKILL
  bool refused_ = false;                      // the last signal: it runs for another user
  bool left_ = false;                         // running, since it could not be ended
  clock::time_point say_at_{};
  bool held_up_ = false;  // some output of this run could not be passed on at once

  std::optional<q::process> process_;
  int pid_ = 0;
  process_output output_;
  readiness readiness_;
  leftovers leftovers_;
  change_window changes_;
  change_loop loop_;
  q::timer pause_{q::timer::reset::automatic};
  q::registered_wait on_exit_;
  q::registered_wait on_pause_over_;
};

}  // namespace quiesce_tool
