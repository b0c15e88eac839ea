#include "network_probe.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "http_status.hpp"
#include "http_url.hpp"

namespace quiesce_tool {
namespace {

std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace

network_probe::network_probe(q::thread_pool& pool, const readiness_settings& settings, listener tell,
                             std::chrono::milliseconds limit)
    : settings_{settings},
      tell_{std::move(tell)},
      limit_{limit},
      on_ready_{pool, [this](q::callback_scope& scope) { go_on(scope.result()); }} {}

void network_probe::begin() {
  until_ = limit_;
  for (auto& address : addresses_of(settings_.host)) untried_.push_back(std::move(address));
  connect();
}

void network_probe::connect() {
  try {
    const std::string address = std::move(untried_.front());
    untried_.pop_front();
    connection_.emplace(address, settings_.port);
    await(q::descriptor::readiness::writable);
  } catch (const std::system_error& error) {
    refused(error.code().message());
  }
}

// That of a second address says only what no user asked for: there may be no IPv6 at all.
void network_probe::refused(const std::string& why) {
  if (first_refusal_.empty()) first_refusal_ = why;
  if (untried_.empty()) return end(fmt::format("{}: {}", place(), first_refusal_));
  ready_.reset();
  connect();
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
  if (const auto error = connection_->outcome()) return refused(error.message());
  if (settings_.sign == readiness_sign::port) return end(std::nullopt);
  unsent_ =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: quiesce\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                  settings_.target, endpoint_text(settings_.host, settings_.port));
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
  if (settings_.sign == readiness_sign::port) return endpoint_text(settings_.host, settings_.port);
  return fmt::format("http://{}{}", endpoint_text(settings_.host, settings_.port), settings_.target);
}

}  // namespace quiesce_tool
