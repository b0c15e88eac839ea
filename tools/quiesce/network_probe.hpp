#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>

#include "connection.hpp"
#include "probe.hpp"
#include "process_settings.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// Connects to a port, at the first address of the host that accepts; for HTTP it then sends a GET and reads the status
/// line of the answer. Each step is a wait for the socket with one limit for all of them; a part that is written or read
/// is followed by the wait for the rest.
class network_probe : public probe {
 public:
  /// A server that is up and overloaded answers within this, or is not ready.
  static constexpr std::chrono::milliseconds usual_limit{5'000};

  network_probe(q::thread_pool& pool, const readiness_settings& settings, listener tell,
                std::chrono::milliseconds limit = usual_limit);
  void begin() override;

 private:
  enum class step : std::uint8_t { connecting, sending, receiving, over };

  void connect();
  void refused(const std::string& why);
  void go_on(const q::wait_result& because);
  void connected();
  void send_more();
  void receive_more();
  void await(q::descriptor::readiness what);
  void end(verdict how);
  [[nodiscard]] std::string place() const;

  const readiness_settings& settings_;
  listener tell_;
  std::chrono::milliseconds limit_;
  std::deque<std::string> untried_;  // addresses
  std::string first_refusal_;        // by the address that comes first
  step step_ = step::connecting;
  q::deadline until_{};
  std::optional<connection> connection_;
  std::optional<q::descriptor> ready_;
  std::string unsent_;
  std::string received_;
  q::registered_wait on_ready_;
};

}  // namespace quiesce_tool
