#include "network_probe.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "http_status.hpp"

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

// A server that is up and overloaded answers within this, or is not ready.
constexpr auto attempt_limit = 5s;

std::string host_text(const readiness_settings& settings) {
  const bool is_v6 = settings.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_v6 ? "[{}]:{}" : "{}:{}"), settings.host, settings.port);
}

std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace

network_probe::network_probe(q::thread_pool& pool, const readiness_settings& settings, listener tell)
    : settings_{settings},
      tell_{std::move(tell)},
      on_ready_{pool, [this](q::callback_scope& scope) { go_on(scope.result()); }} {}

void network_probe::begin() {
  until_ = attempt_limit;
  try {
    connection_.emplace(settings_.host, settings_.port);
    await(q::descriptor::readiness::writable);
  } catch (const std::system_error& error) {
    end(fmt::format("{}: {}", place(), error.code().message()));
  }
}

void network_probe::go_on(const q::wait_result& because) {
  if (step_ == step::over) return;
  if (!because) return end(fmt::format("{}: no answer", place()));
  try {
    switch (step_) {
      case step::connecting: return connected();
      case step::sending: return send_more();
      case step::receiving: return receive_more();
      case step::over: return;
    }
  } catch (const std::system_error& error) {
    end(fmt::format("{}: {}", place(), error.code().message()));
  }
}

void network_probe::connected() {
  if (const auto error = connection_->outcome()) return end(fmt::format("{}: {}", place(), error.message()));
  if (settings_.sign == readiness_sign::port) return end(std::nullopt);
  unsent_ =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: quiesce\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                  settings_.target, host_text(settings_));
  step_ = step::sending;
  send_more();
}

void network_probe::send_more() {
  const ssize_t count = ::send(connection_->number(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) return end(fmt::format("{}: {}", place(), error_text(errno)));
  if (count > 0) unsent_.erase(0, static_cast<std::size_t>(count));
  if (!unsent_.empty()) return await(q::descriptor::readiness::writable);
  step_ = step::receiving;
  ready_.reset();
  await(q::descriptor::readiness::readable);
}

void network_probe::receive_more() {
  std::array<char, 1024> buffer;
  const ssize_t count = ::recv(connection_->number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == 0) return end(fmt::format("{}: closed the connection without an answer", place()));
  if (count < 0 && errno != EAGAIN && errno != EINTR) return end(fmt::format("{}: {}", place(), error_text(errno)));
  if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
  const http_answer answer = parse_http_status(received_);
  if (!answer.complete) return await(q::descriptor::readiness::readable);
  if (!answer.status) return end(fmt::format("{}: the answer is no HTTP", place()));
  if (*answer.status / 100 == 2) return end(std::nullopt);
  end(fmt::format("{}: answered with status {}", place(), *answer.status));
}

void network_probe::await(q::descriptor::readiness what) {
  if (!ready_) ready_.emplace(connection_->number(), what);
  on_ready_.arm(*ready_, until_);
}

void network_probe::end(verdict how) {
  step_ = step::over;
  ready_.reset();
  connection_.reset();
  tell_(std::move(how));
}

std::string network_probe::place() const {
  if (settings_.sign == readiness_sign::port) return host_text(settings_);
  return fmt::format("http://{}{}", host_text(settings_), settings_.target);
}

}  // namespace quiesce_tool
