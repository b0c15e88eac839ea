#pragma once
#include <chrono>
#include <csignal>
#include <cstddef>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace quiesce_tool {

namespace q = quiesce;

/// "exited with status 3" or "was ended by SIGKILL".
[[nodiscard]] std::string exit_text(const q::exit_status& status);

/// The status that a shell would give: the code itself, or 128 and the number of the signal.
[[nodiscard]] int shell_status(const q::exit_status& status) noexcept;

/// What is known of a shutdown that is not over yet.
struct hold_up {
  std::chrono::nanoseconds waited{};
  std::string_view name;
  int pid = 0;                                           // of the process that ran the command; 0: nobody knows
  bool exited = false;                                   // that process; what it started still runs
  std::vector<std::string> grandchildren = {};           // each as "sleep 812": command and pid
  std::optional<std::chrono::nanoseconds> kill_in = {};  // nothing: SIGKILL has been sent
  int signal = SIGTERM;                                  // that was sent first
  bool refused = false;                                  // the system did not let us send the last one
};

/// "waiting 3.2 s for web (pid 812, SIGTERM sent, 2 grandchildren alive: sh 813, node 815), kill in 6.8 s"
[[nodiscard]] std::string hold_up_text(const hold_up& held);

/// "1 process", "2 processes": the noun with its number.
[[nodiscard]] std::string counted(std::size_t count, std::string_view one, std::string_view many);

}  // namespace quiesce_tool
