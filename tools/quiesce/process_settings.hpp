#pragma once
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "restart_rule.hpp"

namespace quiesce_tool {

/// How to find out that a process can do its work. Without any of them it counts as ready when it has started, and one
/// that runs once when it has exited with status 0.
enum class readiness_sign : std::uint8_t {
  none,
  port,     ///< it accepts a TCP connection
  http,     ///< it answers a GET with a status of 200 to 299
  command,  ///< a command exits with status 0
  notify,   ///< it says so itself: READY=1 to the socket that NOTIFY_SOCKET names, as sd_notify does
};

struct readiness_settings {
  readiness_sign sign = readiness_sign::none;
  std::string host = "127.0.0.1";  // for port and http: localhost or a numeric address
  std::uint16_t port = 0;
  std::string target = "/";              // for http: path and query
  std::string command{};                 // for command
  std::chrono::milliseconds every{100};  // the pause between two attempts
  std::chrono::milliseconds limit{30'000};

  friend bool operator==(const readiness_settings&, const readiness_settings&) = default;
};

/// All that is known of one process, from the Procfile and the settings file. What is not given here is as the command
/// line says for all processes.
struct process_settings {
  std::string name;
  std::string command;
  std::filesystem::path directory{};
  std::vector<std::pair<std::string, std::string>> environment{};
  std::vector<std::string> needs{};  // names of the processes that have to be ready first
  readiness_settings ready{};
  bool one_shot = false;  // it is done when it exits with status 0
  int stop_signal = SIGTERM;
  std::optional<std::chrono::milliseconds> stop_limit{};
  std::optional<restart_policy> restart{};
  std::vector<std::filesystem::path> watch{};
  std::optional<int> reload_signal{};  // sent when a watched path changes, in place of a restart

  friend bool operator==(const process_settings&, const process_settings&) = default;
};

}  // namespace quiesce_tool
