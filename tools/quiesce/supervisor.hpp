#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "descendants.hpp"
#include "event_log.hpp"
#include "file_descriptor.hpp"
#include "leftovers.hpp"
#include "outlet.hpp"
#include "roster.hpp"
#include "run_options.hpp"
#include "run_plan.hpp"
#include "run_report.hpp"
#include "run_status.hpp"
#include "surroundings.hpp"
#include "terminal.hpp"
#include "wards.hpp"

namespace quiesce_tool {

/// Runs the processes of a plan until all of them are over or a signal asks to stop.
///
/// Everything happens in callbacks of a pool with one worker. They never overlap, so they share all of this state
/// without a lock, and each runs to its end before the next one looks. The thread that calls run() only waits.
class supervisor {
 public:
  /// Makes everything that can be refused, and starts nothing.
  /// Errors: std::system_error.
  supervisor(const run_options& options, const run_plan& plan);

  /// Returns the exit status of the program.
  int run();

 private:
  /// A signal to this program. Each callback arms the wait again, so that a second one is noticed.
  struct signal_watch {
    q::os_signal signal;
    q::registered_wait on_signal;
    template <class Callback>
    signal_watch(q::thread_pool& pool, int number, Callback callback)
        : signal{number}, on_signal{pool, [this, callback](q::callback_scope& scope) {
                                      scope.arm(signal);
                                      callback();
                                    }} {}
  };

  [[nodiscard]] std::unique_ptr<outlet> make_event_file();
  [[nodiscard]] std::unique_ptr<run_report> make_report() const;
  void watch_signals();
  void start();
  void hung_up();
  void reload();
  void reload_failed(const std::vector<std::string>& reasons);
  void asked_to_stop(int signal);
  void stop_all(std::string_view why);
  void kill_all(int signal);
  void process_failed();
  void process_in_trouble();
  void write_report_due();
  void write_report(bool finished);
  void bury_orphans();
  void end_strays();
  void finish();
  void finish_when_written();
  void give_up_writing();
  [[nodiscard]] bool is_disk_full() const;
  [[nodiscard]] std::size_t unwritten_bytes() const;
  void output_broken(std::error_code error);
  void output_is_full(std::string_view which, std::error_code error);
  void output_relieved_soon();
  void warn(std::string_view text);
  void output_relieved();

  const run_options options_;
  q::thread_pool pool_{{.name = "quiesce run", .running = 1}};
  q::manual_reset_event finished_;
  outlet standard_error_;
  outlet standard_output_;
  std::unique_ptr<outlet> event_file_;
  std::unique_ptr<run_report> report_;
  event_log log_;
  console out_;
  descendants family_;
  wards adopted_;
  surroundings around_{pool_, options_, out_, log_, family_, adopted_};
  file_descriptor nowhere_;  // /dev/null
  run_status status_;

  const terminal terminal_;

  roster roster_;
  leftovers strays_;
  std::deque<signal_watch> signals_;  // a deque: callbacks point to what is in it
  bool stopping_ = false;
  std::optional<std::chrono::steady_clock::time_point> asked_at_;  // by the first signal
  bool impatient_ = false;
  std::optional<std::chrono::steady_clock::time_point> reported_at_;
  bool report_is_due_ = false;
  bool report_is_broken_ = false;  // the last attempt to write it has failed
  q::timer report_timer_{q::timer::reset::automatic};
  q::registered_wait on_report_due_;
  enum class last_words : std::uint8_t { not_yet, waiting, over };
  last_words last_words_ = last_words::not_yet;
  q::timer patience_{q::timer::reset::automatic};
  q::registered_wait on_patience_over_;
};

}  // namespace quiesce_tool
