#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <utility>
#include <vector>

#include "notify_socket.hpp"
#include "probe.hpp"
#include "process_settings.hpp"
#include "surroundings.hpp"

namespace quiesce_tool {

/// Finds out when a run of a process is ready, as its settings say: by attempts with a pause between them, or by a
/// message of its own. At the limit it gives up and says what the last attempt found. One object serves all runs of a
/// process, one after the other.
class readiness {
 public:
  struct events {
    std::function<void()> ready;
    std::function<void(std::string why)> failed;  // it was not ready within the limit
  };

  /// `nowhere` is /dev/null.
  readiness(surroundings& around, const process_settings& settings, int nowhere, events tell);

  /// What the next run has to find in its environment. Says so if somebody else would make it look ready.
  /// Errors: std::system_error.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> prepare();
  /// That run has begun. Tells nothing before it returns.
  void begin(int pid);
  /// The process has exited: what it has said until then still counts.
  void catch_up();
  /// That run is over, or has been told to end: nothing is told any more.
  void end();

  /// It has to be told by the process or by an attempt; otherwise it is ready when it has started, or has exited.
  [[nodiscard]] bool has_sign() const noexcept { return settings_.ready.sign != readiness_sign::none; }
  /// The pid of a command that is an attempt; 0 if none runs.
  [[nodiscard]] int running_pid() const noexcept { return attempt_ ? attempt_->running_pid() : 0; }

 private:
  void tell_of_a_squatter();
  void try_it();
  void attempt_over(probe::verdict how);
  void take(const notify_socket::message& message);
  [[nodiscard]] bool comes_from_the_process(const notify_socket::message& message) const;
  void succeed();
  void limit_reached();

  surroundings& around_;
  const process_settings& settings_;
  int nowhere_;
  events tell_;
  bool waiting_ = false;
  bool told_of_a_stranger_ = false;  // in this run
  int pid_ = 0;
  std::chrono::steady_clock::time_point give_up_at_{};
  std::string last_reason_;
  std::unique_ptr<probe> attempt_;
  std::optional<notify_socket> socket_;
  q::manual_reset_event nothing_;  // never set: armed with it, a wait is a pause
  q::registered_wait on_pause_over_;
  q::registered_wait on_limit_;
};

}  // namespace quiesce_tool
