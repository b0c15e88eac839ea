#include "readiness.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "command_probe.hpp"
#include "connection.hpp"
#include "duration_text.hpp"
#include "http_url.hpp"
#include "network_probe.hpp"
#include "notify_message.hpp"

namespace quiesce_tool {

readiness::readiness(surroundings& around, const process_settings& settings, int nowhere, events tell)
    : around_{around},
      settings_{settings},
      nowhere_{nowhere},
      tell_{std::move(tell)},
      on_pause_over_{around.pool,
                     [this](q::callback_scope&) {
                       if (waiting_) try_it();
                     }},
      on_limit_{around.pool, [this](q::callback_scope&) { limit_reached(); }} {}

std::vector<std::pair<std::string, std::string>> readiness::prepare() {
  tell_of_a_squatter();
  if (settings_.ready.sign != readiness_sign::notify) return {};
  // A new one for each run: what an earlier one has said late must not count for this one.
  socket_.emplace(around_.pool, [this](const notify_socket::message& message) { take(message); });
  last_reason_ = "it has not sent READY=1 to NOTIFY_SOCKET";
  return {{"NOTIFY_SOCKET", socket_->name()}};
}

// It may be meant: a container that runs already, or a socket that is handed on.
void readiness::tell_of_a_squatter() {
  const auto& ready = settings_.ready;
  if (ready.sign != readiness_sign::port && ready.sign != readiness_sign::http) return;
  for (const auto& address : addresses_of(ready.host)) {
    if (!somebody_listens(address, ready.port)) continue;
    const auto place = endpoint_text(address, ready.port);
    around_.log.write("port-taken", {{"process", settings_.name}, {"address", place}});
    around_.out.say(
        fmt::format("{}: somebody listens on {} before it is started, and counts as it", settings_.name, place));
  }
}

void readiness::begin(int pid) {
  pid_ = pid;
  told_of_a_stranger_ = false;
  if (!has_sign()) return;
  waiting_ = true;
  give_up_at_ = std::chrono::steady_clock::now() + settings_.ready.limit;
  on_limit_.arm(nothing_, give_up_at_);
  if (settings_.ready.sign == readiness_sign::notify) return;
  last_reason_ = settings_.ready.sign == readiness_sign::command
                     ? fmt::format("`{}` has not ended", settings_.ready.command)
                     : "the first attempt has no answer yet";
  on_pause_over_.arm(nothing_, std::chrono::nanoseconds{0});
}

void readiness::catch_up() {
  if (waiting_ && socket_) socket_->drain();
}

void readiness::end() {
  waiting_ = false;
  on_limit_.disarm();
  on_pause_over_.disarm();
  attempt_.reset();
}

void readiness::try_it() {
  const auto tell = [this](probe::verdict how) { attempt_over(std::move(how)); };
  if (settings_.ready.sign == readiness_sign::command) {
    // Marked as a command of its own: what it leaves behind must not look like a part of its process.
    attempt_ = std::make_unique<command_probe>(
        around_.pool, settings_,
        std::pair{std::string{descendants::mark_variable}, around_.family.mark_of(settings_.name + " ready")}, nowhere_,
        tell);
  } else {
    attempt_ = std::make_unique<network_probe>(around_.pool, settings_.ready, tell);
  }
  attempt_->begin();
}

void readiness::attempt_over(probe::verdict how) {
  if (!waiting_) return;
  if (!how) return succeed();
  last_reason_ = std::move(*how);
  on_pause_over_.arm(nothing_, settings_.ready.every);
}

void readiness::take(const notify_socket::message& message) {
  if (!waiting_ || !says_ready(message.text)) return;
  if (!comes_from_the_process(message)) {
    if (std::exchange(told_of_a_stranger_, true)) return;
    around_.log.write("notify-refused", {{"process", settings_.name}, {"sender", message.pid}});
    around_.out.say(fmt::format("{}: READY=1 from a stranger (pid {}) does not count", settings_.name, message.pid));
    return;
  }
  succeed();
}

bool readiness::comes_from_the_process(const notify_socket::message& message) const {
  if (message.pid == pid_ || around_.family.has_started(settings_.name, pid_, message.pid)) return true;
  // A short-lived command such as systemd-notify may be gone by now. Then its user has to do: who runs programs in our
  // name could also have written into the process.
  return !read_process(message.pid) && message.user == ::getuid();
}

void readiness::succeed() {
  waiting_ = false;
  on_limit_.disarm();
  tell_.ready();
}

void readiness::limit_reached() {
  // The limit of an earlier run may have passed just before that run ended.
  if (!waiting_ || std::chrono::steady_clock::now() < give_up_at_) return;
  end();
  tell_.failed(fmt::format("it was not ready within {}: {}", duration_text(settings_.ready.limit), last_reason_));
}

}  // namespace quiesce_tool
