#include "supervised_process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "duration_text.hpp"
#include "signal_name.hpp"
#include "wording.hpp"

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

// What a shell answers for a command that it found and could not run.
constexpr int status_of_no_start = 126;

// What `timeout` answers. A process that has to become ready and has not is a failure, however it ended.
constexpr int status_of_not_ready = 124;

}  // namespace

supervised_process::supervised_process(surroundings& around, std::size_t number, process_settings settings, int nowhere,
                                       process_events tell)
    : around_{around},
      number_{number},
      settings_{std::move(settings)},
      nowhere_{nowhere},
      tell_{std::move(tell)},
      back_off_{around.options.delays},
      output_{around.pool, [this](const line_piece& piece) { around_.out.line_of(number_, piece); },
              [this] { return may_read(); }},
      readiness_{around,
                 settings_,
                 nowhere,
                 {[this] { became_ready(); }, [this](const std::string& why) { not_ready_in_time(why); }}},
      leftovers_{around, [this] { return around_.family.started_by(settings_.name, pid_); }, [this] { cleared(); },
                 [this] { return may_be_left(); }},
      changes_{around, settings_, [this] { path_changed(); }},
      on_exit_{around.pool, [this](q::callback_scope&) { woke(); }},
      on_pause_over_{around.pool, [this](q::callback_scope&) {
                       if (stage_ == stage::pausing) return pause_over();
                       if (stage_ == stage::running && changed_) tell_of_change();
                     }} {}

void supervised_process::start() {
  if (stage_ == stage::unborn) changes_.begin();
  const bool because_of_change = std::exchange(changed_, false);
  answered_at_ = clock::now();
  failed_ = false;
  is_ready_ = false;
  late_ = false;
  killed_ = false;
  refused_ = false;
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
    around_.log.write("started", {{"process", settings_.name}, {"pid", pid_}});
    around_.out.say(fmt::format("started {} (pid {})", settings_.name, pid_));
  } else {
    around_.log.write("restarted",
                      {{"process", settings_.name}, {"pid", pid_}, {"because", because_of_change ? "change" : "exit"}});
    around_.out.say(fmt::format("restarted {} (pid {})", settings_.name, pid_));
  }
  tell_.started(number_);
  readiness_.begin(pid_);
  if (!readiness_.has_sign() && !settings_.one_shot) became_ready();
}

void supervised_process::waits_for(const std::vector<std::string>& needs) {
  if (std::exchange(awaited_, needs) == needs) return;
  const auto names = fmt::format("{}", fmt::join(needs, ", "));
  around_.log.write("awaiting", {{"process", settings_.name}, {"needs", names}});
  around_.out.say(fmt::format("{} waits for {}", settings_.name, names));
}

void supervised_process::spawn() {
  const file_descriptor pipe = output_.open();
  auto environment = settings_.environment;
  environment.emplace_back(descendants::mark_variable, around_.family.mark_of(settings_.name));
  for (auto& variable : readiness_.prepare()) environment.push_back(std::move(variable));
  process_ = q::process::spawn({"/bin/sh", "-c", settings_.command}, {.directory = settings_.directory,
                                                                      .environment = std::move(environment),
                                                                      .standard_input = nowhere_,
                                                                      .standard_output = pipe.number(),
                                                                      .standard_error = pipe.number()});
  pid_ = process_->pid();
}

void supervised_process::became_ready() {
  is_ready_ = true;
  const auto after = clock::now() - started_at_;
  if (readiness_.has_sign() || settings_.one_shot) {
    around_.log.write("ready", {{"process", settings_.name}, {"pid", pid_}, {"after_ms", in_ms(after)}});
    if (!settings_.one_shot) around_.out.say(fmt::format("{} is ready after {}", settings_.name, duration_text(after)));
  }
  if (!std::exchange(has_been_ready_, true)) tell_.ready(number_);
}

void supervised_process::not_ready_in_time(const std::string& why) {
  if (stage_ != stage::running) return;
  late_ = true;
  failed();
  around_.log.write("ready-failed", {{"process", settings_.name}, {"pid", pid_}, {"reason", why}});
  around_.out.say(fmt::format("{} has failed: {}", settings_.name, why));
  end("not ready");
}

restart_policy supervised_process::policy() const noexcept {
  const auto policy = settings_.restart.value_or(around_.options.policy);
  return settings_.one_shot && policy == restart_policy::always ? restart_policy::on_failure : policy;
}

void supervised_process::failed() {
  failed_ = true;
  failed_at_ = clock::now();
}

std::chrono::milliseconds supervised_process::stop_limit() const noexcept {
  return settings_.stop_limit.value_or(around_.options.stop_limit);
}

void supervised_process::could_not_start(const char* why) {
  around_.log.write("start-failed", {{"process", settings_.name}, {"reason", why}});
  around_.out.say(fmt::format("cannot start {}: {}", settings_.name, why));
  ran_for_ = {};
  failed();
  status_ = status_of_no_start;
  pid_ = 0;
  tell_.trouble();
  cleared();
}

void supervised_process::woke() {
  if (!is_alive()) return;
  if (q::try_wait(*process_)) return exited();
  if (stage_ == stage::ending) still_ending();
}

bool supervised_process::may_read() {
  if (!around_.out.congested()) return true;
  if (!std::exchange(held_up_, true)) around_.log.write("output-held-up", {{"process", settings_.name}, {"pid", pid_}});
  return false;
}

void supervised_process::exited() {
  const q::exit_status status = process_->status();
  ran_for_ = clock::now() - started_at_;
  output_.drain();
  readiness_.catch_up();
  readiness_.end();
  status_ = shell_status(status);
  if (readiness_.has_sign() && !is_ready_ && (late_ || status_ == 0)) status_ = status_of_not_ready;
  // What it does after we told it to end is our doing, whatever it makes of it; unless that was since it was not ready.
  if (stage_ == stage::running && status_ != 0) failed();
  around_.log.write("exited", {{"process", settings_.name},
                               {"pid", pid_},
                               {"status", shell_status(status)},
                               {"by_signal", !status.exited},
                               {"told", stage_ == stage::ending},
                               {"failed", failed_},
                               {"ran_ms", in_ms(ran_for_)}});
  const char* const too_early = failed_ && shell_status(status) == 0 && !late_ ? " before it was ready" : "";
  around_.out.say(fmt::format("{} {}{}", settings_.name, exit_text(status), too_early));
  if (failed_) tell_.trouble();
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

// A second one beside it must never start.
bool supervised_process::may_be_left() const noexcept { return around_.ending && stopping_; }

void supervised_process::kill() {
  impatient_ = true;
  if (stage_ == stage::ending) {
    kill_group();
    leave_if_refused();
  }
  if (stage_ == stage::clearing) leftovers_.kill();
}

void supervised_process::end(std::string_view why) {
  stage_ = stage::ending;
  readiness_.end();
  around_.log.write(
      "stopping",
      {{"process", settings_.name}, {"pid", pid_}, {"because", std::string{why}}, {"limit_ms", in_ms(stop_limit())}});
  if (send_to_group(settings_.stop_signal, "signalled")) send_to_group(SIGCONT, {});  // one that is stopped has to wake
  told_at_ = clock::now();  // not before they were sent: the whole limit lies between this signal and SIGKILL
  say_at_ = *told_at_ + 1s;
  on_exit_.arm(*process_, std::min(say_at_, *told_at_ + stop_limit()));
}

// Returns whether anybody in the group got it.
bool supervised_process::send_to_group(int signal, std::string_view event) {
  try {
    process_->send_group(signal);
    refused_ = false;
  } catch (const std::system_error& error) {
    refused_ = error.code() == std::errc::operation_not_permitted;
    around_.out.say(
        fmt::format("cannot send {} to {}: {}", signal_text(signal), settings_.name, error.code().message()));
    return false;
  }
  if (event.empty()) return true;
  around_.log.write(event, {{"process", settings_.name}, {"pid", pid_}, {"signal", signal_text(signal)}});
  return true;
}

void supervised_process::still_ending() {
  const auto now = clock::now();
  const auto kill_at = *told_at_ + stop_limit();
  if (now >= say_at_) {
    see_whether_it_refuses();
    say_whom_we_wait_for(now);
  }
  if (now >= kill_at) kill_group();
  if (leave_if_refused()) return;
  on_exit_.arm(*process_, killed_ ? say_at_ : std::min(say_at_, kill_at));
}

void supervised_process::kill_group() {
  if (std::exchange(killed_, true)) return;
  say_at_ = clock::now() + 1s;  // by then it has gone, or there is something to tell
  if (send_to_group(SIGKILL, "killed")) around_.out.say(fmt::format("killing {} (pid {})", settings_.name, pid_));
}

// Its group has got the signal if anybody in it has.
void supervised_process::see_whether_it_refuses() {
  try {
    process_->send(killed_ ? SIGKILL : 0);
    refused_ = false;
  } catch (const std::system_error& error) {
    refused_ = error.code() == std::errc::operation_not_permitted;
  }
}

bool supervised_process::leave_if_refused() {
  if (!killed_ || !refused_ || !may_be_left()) return false;
  left_ = true;
  if (const auto who = read_process(pid_)) around_.family.leave(*who);
  around_.log.write("left-running", {{"process", settings_.name}, {"pid", pid_}});
  around_.out.say(fmt::format("{} (pid {}) cannot be ended: it is left running", settings_.name, pid_));
  on_exit_.disarm();
  status_ = status_of_not_ready;  // if its end was no stop
  if (failed_) tell_.trouble();
  clear_up();
  return true;
}

void supervised_process::say_whom_we_wait_for(clock::time_point now) {
  while (say_at_ <= now) say_at_ += 1s;
  hold_up held{.waited = now - *told_at_,
               .name = settings_.name,
               .pid = pid_,
               .signal = settings_.stop_signal,
               .refused = refused_};
  for (const auto& each : around_.family.started_by(settings_.name, pid_).members) {
    if (!each.is_zombie()) held.grandchildren.push_back(fmt::format("{} {}", each.command, each.pid));
  }
  if (!killed_) held.kill_in = std::max<std::chrono::nanoseconds>(*told_at_ + stop_limit() - now, 0ns);
  around_.report(held);
}

void supervised_process::clear_up() {
  stage_ = stage::clearing;
  leftovers_.end({.name = settings_.name,
                  .leader = pid_,
                  .since = told_at_.value_or(clock::now()),
                  .limit = stop_limit(),
                  .group_told = told_at_,
                  .group_signal = settings_.stop_signal,
                  .group_killed = killed_ && !refused_,
                  .leader_left = left_});
  if (impatient_) leftovers_.kill();
}

void supervised_process::cleared() {
  output_.finish();
  process_.reset();
  // Not before: whoever starts now must not meet what it has left behind.
  if (settings_.one_shot && status_ == 0 && !told_at_) became_ready();
  if (told_at_ && !left_) around_.log.write("stopped", {{"process", settings_.name}, {"pid", pid_}});
  const next_step step = decide(policy(), {.changed = changed_, .failed = failed_, .watched = changes_.has_paths()});
  const bool failure_stands = failed_ && (step == next_step::rest_until_change || step == next_step::be_over);
  if (failure_stands) tell_.failed(number_, status_, failed_at_);
  if (stopping_ || step == next_step::be_over) return be_over(failure_stands);
  const bool looping = changed_ && loop_.is_suspected();
  if (step == next_step::start_now && !looping) return start();
  if (step == next_step::start_after_back_off || looping) return put_off_start();
  stage_ = stage::resting;
  around_.log.write("resting", {{"process", settings_.name}});
  around_.out.say(fmt::format("{} rests until a watched path changes", settings_.name));
}

void supervised_process::put_off_start() {
  stage_ = stage::pausing;
  delay_ = back_off_.next(ran_for_);
  around_.log.write("restart-scheduled", {{"process", settings_.name}, {"delay_ms", delay_.count()}});
  around_.out.say(fmt::format("starting {} again in {}", settings_.name, duration_text(delay_)));
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
  // A process may change its path several times in one run. The first change counts, and the others come under its answer.
  if (std::exchange(changed_, true)) return;
  const bool looping = is_in_loop();
  if (!looping) back_off_.forget();
  switch (stage_) {
    case stage::running:
      if (!settings_.reload_signal) return end("change");
      return looping ? put_off_telling() : tell_of_change();
    case stage::pausing: return looping ? void() : start();
    case stage::resting: return looping ? put_off_start() : start();
    case stage::unborn:
    case stage::ending:
    case stage::clearing:  // the start that follows sees the change
    case stage::over: return;
  }
}

bool supervised_process::is_in_loop() {
  const bool was_suspected = loop_.is_suspected();
  // The window of changes began with the first of them, and that is the one that the process may have made.
  if (!loop_.change_came(clock::now() - around_.options.debounce - answered_at_)) return false;
  if (was_suspected) return true;
  around_.log.write("change-loop", {{"process", settings_.name}});
  around_.out.say(fmt::format(
      "{} seems to change what it is watched for: {}", settings_.name,
      settings_.reload_signal ? "it will be told later and later" : "its restarts will be put off more and more"));
  return true;
}

void supervised_process::put_off_telling() {
  delay_ = back_off_.next({});
  around_.log.write("signal-scheduled", {{"process", settings_.name}, {"pid", pid_}, {"delay_ms", delay_.count()}});
  around_.out.say(fmt::format("telling {} of it in {}", settings_.name, duration_text(delay_)));
  pause_.set(delay_);
  on_pause_over_.arm(pause_);
}

void supervised_process::tell_of_change() {
  if (q::try_wait(*process_)) return;  // it has just exited, and the start that follows sees the change
  changed_ = false;
  answered_at_ = clock::now();
  const auto signal = signal_text(*settings_.reload_signal);
  try {
    process_->send(*settings_.reload_signal);
  } catch (const std::system_error& error) {
    around_.out.say(fmt::format("cannot send {} to {}: {}", signal, settings_.name, error.code().message()));
    return;
  }
  around_.log.write("told-of-change", {{"process", settings_.name}, {"pid", pid_}, {"signal", signal}});
  around_.out.say(fmt::format("sent {} to {} (pid {}): a watched path has changed", signal, settings_.name, pid_));
}

void supervised_process::be_over(bool after_failure) {
  stage_ = stage::over;
  pause_.cancel();
  changes_.end();
  tell_.over(number_, after_failure);
}

}  // namespace quiesce_tool
