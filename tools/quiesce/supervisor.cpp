#include "supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "signal_name.hpp"
#include "wording.hpp"

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

// How long the end is put off for a reader who takes nothing.
constexpr auto patience_with_a_reader = 2s;

// One request to stop may arrive as several signals: from the terminal and again from whoever passes it on, as `npm` and
// `timeout` do. Only what comes later than this is a second request; nobody means it who presses Ctrl-C faster.
constexpr auto same_request = 500ms;

// A process that fails again and again must not keep us busy with writing about it.
constexpr auto report_pause = 1s;

file_descriptor open_file(const std::filesystem::path& path, int flags, const char* what) {
  constexpr mode_t for_everybody = 0666;  // less what the umask takes away
  file_descriptor opened{::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, for_everybody)};
  if (!opened) throw std::system_error{errno, std::generic_category(), fmt::format("{} {}", what, path.string())};
  return opened;
}

/// A program started with `nohup` ignores SIGHUP and has to go on doing so.
bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

std::string difference_text(const roster::difference& now) {
  std::string text;
  for (const auto& [names, what] :
       {std::pair{&now.added, "new"}, std::pair{&now.changed, "changed"}, std::pair{&now.removed, "removed"}}) {
    if (!names->empty()) text += fmt::format("; {}: {}", what, fmt::join(*names, ", "));
  }
  return text.empty() ? "read again; nothing has changed" : "read again" + text;
}

}  // namespace

supervisor::supervisor(const run_options& options, const run_plan& plan)
    : options_{options},
      // Nobody is left to tell that it fails.
      standard_error_{
          pool_, STDERR_FILENO, {[this] { output_relieved(); }, [this](std::error_code) { output_relieved_soon(); }}},
      standard_output_{pool_,
                       STDOUT_FILENO,
                       {[this] { output_relieved(); }, [this](std::error_code error) { output_broken(error); },
                        [this](std::error_code error) { output_is_full("standard output", error); }}},
      event_file_{make_event_file()},
      report_{make_report()},
      log_{event_file_.get(), report_.get()},
      out_{standard_output_, line_prefix{options.coloured}},
      nowhere_{open_file("/dev/null", O_RDWR, "cannot open")},
      roster_{around_,
              status_,
              nowhere_.number(),
              {[this] { process_in_trouble(); }, [this] { process_failed(); }, [this] { end_strays(); }}},
      strays_{around_, [this] { return family_.all(); }, [this] { finish(); }, [] { return true; }},
      on_report_due_{pool_, [this](q::callback_scope&) { write_report_due(); }},
      on_patience_over_{pool_, [this](q::callback_scope&) { give_up_writing(); }} {
  watch_signals();
  roster_.adopt(plan.processes);
  if (report_) report_->add_processes(plan.processes);
}

std::unique_ptr<run_report> supervisor::make_report() const {
  if (options_.report.empty()) return nullptr;
  auto report = std::make_unique<run_report>(
      options_.report, run_report::heading{options_.procfile.string(), std::chrono::system_clock::now()});
  // Better now than after a long run.
  if (const auto error = report->write(false)) {
    throw std::system_error{error, fmt::format("cannot write the report to {}", options_.report.string())};
  }
  return report;
}

std::unique_ptr<outlet> supervisor::make_event_file() {
  if (options_.event_log.empty()) return nullptr;
  const auto file = open_file(options_.event_log, O_WRONLY | O_CREAT | O_TRUNC, "cannot write the event log to");
  const auto broken = [this](std::error_code error) {
    warn(fmt::format("cannot write the event log: {}; going on without it", error.message()));
    output_relieved_soon();
  };
  const auto full = [this](std::error_code error) { output_is_full("the event log", error); };
  return std::make_unique<outlet>(pool_, file.number(), outlet::events{[this] { output_relieved(); }, broken, full});
}

void supervisor::watch_signals() {
  for (const int number : {SIGINT, SIGTERM})
    signals_.emplace_back(pool_, number, [this, number] { asked_to_stop(number); });
  if (!is_ignored(SIGHUP)) signals_.emplace_back(pool_, SIGHUP, [this] { hung_up(); });
  signals_.emplace_back(pool_, SIGQUIT, [this] { kill_all(SIGQUIT); });
  // Who started us may have ignored it, and then the kernel would take away the exit status of every process.
  std::signal(SIGCHLD, SIG_DFL);
  signals_.emplace_back(pool_, SIGCHLD, [this] { bury_orphans(); });
  // Caught and not ignored: a write to a closed pipe fails then, and what we start does not inherit it, as it would
  // inherit an ignored signal.
  signals_.emplace_back(pool_, SIGPIPE, [] {});
  // Who started us may have blocked them. One that has waited since then comes now, and is caught by this thread: those of
  // the library take none.
  sigset_t watched;
  ::sigemptyset(&watched);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE}) ::sigaddset(&watched, number);
  ::sigprocmask(SIG_UNBLOCK, &watched, nullptr);
}

int supervisor::run() {
  pool_.post([this] { start(); });
  (void)q::wait(finished_);
  // The callback that has set the event may still be on its way out.
  pool_.stop();
  return status_.value();
}

void supervisor::start() {
  log_.write("run-started", {{"pid", ::getpid()}, {"procfile", options_.procfile.string()}});
  for (auto& each : signals_) each.on_signal.arm(each.signal);
  roster_.begin();
}

void supervisor::hung_up() {
  if (terminal_.was_closed()) return asked_to_stop(SIGHUP);
  if (stopping_) return out_.say("SIGHUP: stopping already, so nothing is read again");
  reload();
}

void supervisor::reload() {
  log_.write("reload-requested", {{"because", "SIGHUP"}});
  const run_plan plan = read_plan(options_);
  if (!plan.faults.empty()) return reload_failed(plan.faults);
  try {
    const auto now = roster_.adopt(plan.processes);
    if (report_) report_->add_processes(plan.processes);
    const auto named = [](const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); };
    log_.write("reloaded",
               {{"added", named(now.added)}, {"changed", named(now.changed)}, {"removed", named(now.removed)}});
    out_.say(difference_text(now));
  } catch (const std::system_error& error) {
    reload_failed({fmt::format("quiesce: {}", error.what())});
  }
}

void supervisor::reload_failed(const std::vector<std::string>& reasons) {
  for (const auto& reason : reasons) {
    log_.write("reload-failed", {{"reason", reason}});
    out_.say(reason);
  }
  out_.say("not reloaded: everything goes on as before");
}

void supervisor::asked_to_stop(int signal) {
  const auto now = std::chrono::steady_clock::now();
  if (!asked_at_) {
    asked_at_ = now;
    if (stopping_) out_.say(fmt::format("{}: stopping already; another one kills what is left", signal_text(signal)));
    return stop_all(signal_text(signal));
  }
  if (now - *asked_at_ >= same_request) kill_all(signal);
}

void supervisor::stop_all(std::string_view why) {
  if (std::exchange(stopping_, true)) return;
  around_.ending = true;
  log_.write("stop-requested", {{"because", std::string{why}}});
  out_.say(fmt::format("stopping everything: {}", why));
  roster_.stop();
}

void supervisor::kill_all(int signal) {
  if (std::exchange(impatient_, true)) return;
  status_.forced(signal);
  log_.write("kill-requested", {{"because", signal_text(signal)}});
  out_.say(fmt::format("{}: killing what is left", signal_text(signal)));
  stop_all(signal_text(signal));
  roster_.kill();
  strays_.kill();
}

void supervisor::process_failed() {
  if (!options_.keep_going) stop_all("a process has failed");
}

void supervisor::process_in_trouble() {
  if (!report_ || std::exchange(report_is_due_, true)) return;
  const auto now = std::chrono::steady_clock::now();
  if (!reported_at_ || now - *reported_at_ >= report_pause) return write_report_due();
  report_timer_.set(*reported_at_ + report_pause);
  on_report_due_.arm(report_timer_);
}

void supervisor::write_report_due() {
  if (!std::exchange(report_is_due_, false)) return;
  write_report(false);
  reported_at_ = std::chrono::steady_clock::now();
}

void supervisor::write_report(bool finished) {
  report_is_due_ = false;
  const auto error = report_->write(finished);
  const bool was_broken = std::exchange(report_is_broken_, static_cast<bool>(error));
  // What hinders may pass, as a full disk does: it is tried again, and told at the first failure and at the end.
  if (error && (finished || !was_broken)) warn(fmt::format("cannot write the report: {}", error.message()));
}

void supervisor::bury_orphans() {
  adopted_.forget_ended();
  for (const auto& each : family_.all().members) {
    if (!each.is_zombie() || each.parent != family_.self()) continue;
    if (roster_.awaits(each.pid)) continue;
    try {
      adopted_.adopt(each);
    } catch (const std::system_error&) {
      return;  // no descriptor left: it stays a zombie until somebody's end brings us here again
    }
  }
}

void supervisor::end_strays() {
  strays_.end({.name = "an unknown process", .since = std::chrono::steady_clock::now(), .limit = options_.stop_limit});
  if (impatient_) strays_.kill();
}

void supervisor::finish() {
  std::vector<std::string> left;
  for (const auto& each : family_.left()) left.push_back(fmt::format("{} {}", each.command, each.pid));
  if (!left.empty()) status_.left_running();
  // Though there may be some soon: the event log and the report tell the status now.
  if (is_disk_full()) status_.no_room();
  log_.write("finished", {{"status", status_.value()}});
  out_.say(left.empty() ? fmt::format("nothing is left running; status {}", status_.value())
                        : fmt::format("left running: {}; status {}", fmt::join(left, ", "), status_.value()));
  if (report_) write_report(true);
  last_words_ = last_words::waiting;
  finish_when_written();
}

void supervisor::finish_when_written() {
  if (unwritten_bytes() == 0) {
    last_words_ = last_words::over;
    return finished_.set();
  }
  patience_.set(patience_with_a_reader);
  on_patience_over_.arm(patience_);
}

void supervisor::give_up_writing() {
  if (last_words_ == last_words::over) return;
  if (is_disk_full()) status_.no_room();
  warn(fmt::format("{} the output: dropped the last {} bytes", is_disk_full() ? "no room for" : "nobody reads",
                   unwritten_bytes()));
  last_words_ = last_words::over;
  finished_.set();
}

bool supervisor::is_disk_full() const { return standard_output_.is_full() || (event_file_ && event_file_->is_full()); }

std::size_t supervisor::unwritten_bytes() const {
  return standard_error_.queued_bytes() + standard_output_.queued_bytes() +
         (event_file_ ? event_file_->queued_bytes() : 0);
}

void supervisor::output_relieved() {
  if (last_words_ == last_words::waiting) return finish_when_written();
  if (out_.congested()) return;
  roster_.resume_output();
}

void supervisor::output_broken(std::error_code error) {
  status_.output_closed();
  warn(fmt::format("cannot write to standard output: {}; stopping everything", error.message()));
  // Not at once: somebody is in the middle of writing a line.
  pool_.post([this, error] {
    stop_all(error == std::errc::broken_pipe ? "standard output was closed"
                                             : fmt::format("standard output failed: {}", error.message()));
    output_relieved();
  });
}

void supervisor::output_is_full(std::string_view which, std::error_code error) {
  warn(fmt::format("no room for {} ({}); trying again until there is some", which, error.message()));
}

void supervisor::output_relieved_soon() {
  pool_.post([this] { output_relieved(); });
}

void supervisor::warn(std::string_view text) { standard_error_.write(fmt::format("quiesce: {}\n", text)); }

}  // namespace quiesce_tool
