#include "supervised_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "duration_text.hpp"
#include "restart_rule.hpp"
#include "wording.hpp"

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

// What a shell answers for a command that it found and could not run.
constexpr int status_of_no_start = 126;

}  // namespace

supervised_process::supervised_process(surroundings& around, std::size_t number, procfile_entry entry,
                                       const std::vector<std::filesystem::path>& watched, int standard_input,
                                       process_events tell)
    : around_{around},
      number_{number},
      entry_{std::move(entry)},
      standard_input_{standard_input},
      tell_{std::move(tell)},
      back_off_{around.options.delays},
      output_{around.pool, [this](const line_piece& piece) { around_.out.line_of(number_, piece); },
              [this] { return may_read(); }},
      leftovers_{around, [this] { return around_.family.started_by(entry_.name, pid_); }, [this] { cleared(); }},
      changes_{around, entry_.name, watched, [this] { path_changed(); }},
      on_exit_{around.pool, [this](q::callback_scope&) { woke(); }},
      on_pause_over_{around.pool, [this](q::callback_scope&) {
                       if (stage_ == stage::pausing) pause_over();
                     }} {}

void supervised_process::start() {
  if (stage_ == stage::unborn) changes_.begin();
  const bool because_of_change = std::exchange(changed_, false);
  failed_ = false;
  killed_ = false;
  told_at_.reset();
  held_up_ = false;
  try {
    spawn();
  } catch (const std::system_error& error) {
    return could_not_start(error.what());
  }
  stage_ = stage::running;
  started_at_ = clock::now();
  on_exit_.arm(*process_);
  if (++starts_ == 1) {
    around_.log.write("started", {{"process", entry_.name}, {"pid", pid_}});
    around_.out.say(fmt::format("started {} (pid {})", entry_.name, pid_));
  } else {
    around_.log.write("restarted",
                      {{"process", entry_.name}, {"pid", pid_}, {"because", because_of_change ? "change" : "exit"}});
    around_.out.say(fmt::format("restarted {} (pid {})", entry_.name, pid_));
  }
  tell_.started(number_);
}

void supervised_process::spawn() {
  const file_descriptor pipe = output_.open();
  process_ = q::process::spawn(
      {"/bin/sh", "-c", entry_.command},
      {.directory = around_.options.procfile.parent_path(),
       .environment = {{std::string{descendants::mark_variable}, around_.family.mark_of(entry_.name)}},
       .standard_input = standard_input_,
       .standard_output = pipe.number(),
       .standard_error = pipe.number()});
  pid_ = process_->pid();
}

void supervised_process::could_not_start(const char* why) {
  around_.log.write("start-failed", {{"process", entry_.name}, {"reason", why}});
  around_.out.say(fmt::format("cannot start {}: {}", entry_.name, why));
  ran_for_ = {};
  failed_ = true;
  status_ = status_of_no_start;
  pid_ = 0;
  cleared();
}

void supervised_process::woke() {
  if (!is_alive()) return;
  if (q::try_wait(*process_)) return exited();
  if (stage_ == stage::ending) still_ending();
}

bool supervised_process::may_read() {
  if (!around_.out.congested()) return true;
  if (!std::exchange(held_up_, true)) around_.log.write("output-held-up", {{"process", entry_.name}, {"pid", pid_}});
  return false;
}

void supervised_process::exited() {
  const q::exit_status status = process_->status();
  ran_for_ = clock::now() - started_at_;
  output_.drain();
  status_ = shell_status(status);
  // What it does after we told it to end is our doing, whatever it makes of it.
  failed_ = stage_ == stage::running && status_ != 0;
  around_.log.write("exited", {{"process", entry_.name},
                               {"pid", pid_},
                               {"status", status_},
                               {"by_signal", !status.exited},
                               {"told", stage_ == stage::ending},
                               {"ran_ms", in_ms(ran_for_)}});
  around_.out.say(fmt::format("{} {}", entry_.name, exit_text(status)));
  clear_up();
}

void supervised_process::stop() {
  stopping_ = true;
  changes_.end();
  switch (stage_) {
    case stage::unborn:
    case stage::pausing:
    case stage::resting: return be_over(false);
    case stage::running: return end("stop");
    case stage::ending:
    case stage::clearing:
    case stage::over: return;
  }
}

void supervised_process::kill() {
  impatient_ = true;
  if (stage_ == stage::ending) kill_group();
  if (stage_ == stage::clearing) leftovers_.kill();
}

void supervised_process::end(std::string_view why) {
  stage_ = stage::ending;
  told_at_ = clock::now();
  say_at_ = *told_at_ + 1s;
  around_.log.write("stopping", {{"process", entry_.name},
                                 {"pid", pid_},
                                 {"because", std::string{why}},
                                 {"limit_ms", in_ms(around_.options.stop_limit)}});
  send_to_group(SIGTERM, "signalled");
  send_to_group(SIGCONT, {});  // one that is stopped could not act on it
  on_exit_.arm(*process_, std::min(say_at_, *told_at_ + around_.options.stop_limit));
}

void supervised_process::send_to_group(int signal, std::string_view event) {
  try {
    process_->send_group(signal);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_process) return;  // it has just exited
    around_.out.say(fmt::format("cannot send {} to {}: {}", signal_text(signal), entry_.name, error.code().message()));
    return;
  }
  if (event.empty()) return;
  around_.log.write(event, {{"process", entry_.name}, {"pid", pid_}, {"signal", signal_text(signal)}});
}

void supervised_process::still_ending() {
  const auto now = clock::now();
  const auto kill_at = *told_at_ + around_.options.stop_limit;
  if (now >= say_at_) say_whom_we_wait_for(now);
  if (now >= kill_at) kill_group();
  on_exit_.arm(*process_, killed_ ? say_at_ : std::min(say_at_, kill_at));
}

void supervised_process::kill_group() {
  if (std::exchange(killed_, true)) return;
  say_at_ = clock::now() + 1s;  // by then it has gone, or there is something to tell
  around_.out.say(fmt::format("killing {} (pid {})", entry_.name, pid_));
  send_to_group(SIGKILL, "killed");
}

void supervised_process::say_whom_we_wait_for(clock::time_point now) {
  while (say_at_ <= now) say_at_ += 1s;
  hold_up held{.waited = now - *told_at_, .name = entry_.name, .pid = pid_};
  for (const auto& each : around_.family.started_by(entry_.name, pid_).members) {
    if (!each.is_zombie()) held.grandchildren.push_back(fmt::format("{} {}", each.command, each.pid));
  }
  if (!killed_) held.kill_in = std::max<std::chrono::nanoseconds>(*told_at_ + around_.options.stop_limit - now, 0ns);
  around_.report(held);
}

void supervised_process::clear_up() {
  stage_ = stage::clearing;
  leftovers_.end({.name = entry_.name,
                  .leader = pid_,
                  .since = told_at_.value_or(clock::now()),
                  .group_told = told_at_,
                  .group_killed = killed_});
  if (impatient_) leftovers_.kill();
}

void supervised_process::cleared() {
  output_.finish();
  process_.reset();
  if (told_at_) around_.log.write("stopped", {{"process", entry_.name}, {"pid", pid_}});
  const bool watched = changes_.has_paths();
  const next_step step = decide(around_.options.policy, {.changed = changed_, .failed = failed_, .watched = watched});
  const bool failure_stands = failed_ && (step == next_step::rest_until_change || step == next_step::be_over);
  if (failure_stands) tell_.failed(number_, status_);
  if (stopping_ || step == next_step::be_over) return be_over(failure_stands);
  if (step == next_step::start_now) return start();
  if (step == next_step::start_after_back_off) return put_off_start();
  stage_ = stage::resting;
  around_.out.say(fmt::format("{} rests until a watched path changes", entry_.name));
}

void supervised_process::put_off_start() {
  stage_ = stage::pausing;
  delay_ = back_off_.next(ran_for_);
  around_.log.write("restart-scheduled", {{"process", entry_.name}, {"delay_ms", delay_.count()}});
  around_.out.say(fmt::format("starting {} again in {}", entry_.name, duration_text(delay_)));
  pause_.set(delay_);
  on_pause_over_.arm(pause_);
}

void supervised_process::pause_over() {
  if (!around_.out.congested()) return start();
  // Nobody takes the lines of the last run yet. One that fails for ever must not fill the memory with its last words.
  pause_.set(std::max(delay_, std::chrono::milliseconds{100}));
  on_pause_over_.arm(pause_);
}

void supervised_process::path_changed() {
  changed_ = true;
  back_off_.forget();
  switch (stage_) {
    case stage::running: return end("change");
    case stage::pausing:
    case stage::resting: return start();
    case stage::unborn:
    case stage::ending:
    case stage::clearing:  // the start that follows sees the change
    case stage::over: return;
  }
}

void supervised_process::be_over(bool after_failure) {
  stage_ = stage::over;
  pause_.cancel();
  changes_.end();
  tell_.over(after_failure);
}

}  // namespace quiesce_tool
