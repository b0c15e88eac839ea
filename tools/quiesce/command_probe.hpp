#pragma once
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>

#include "probe.hpp"
#include "process_settings.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// Runs the command of the readiness settings, in the folder and with the environment of its process, and looks at the
/// exit status. Its output goes nowhere. Taken back, it is killed with its process group.
class command_probe : public probe {
 public:
  /// `mark` is the setting of the environment by which what it leaves behind is known; `nowhere` is /dev/null.
  command_probe(q::thread_pool& pool, const process_settings& settings, std::pair<std::string, std::string> mark,
                int nowhere, listener tell);
  ~command_probe() override;

  void begin() override;
  [[nodiscard]] int running_pid() const noexcept override { return pid_; }

 private:
  void exited();

  const process_settings& settings_;
  std::pair<std::string, std::string> mark_;
  int nowhere_;
  listener tell_;
  std::optional<q::process> process_;
  int pid_ = 0;  // while it runs
  q::registered_wait on_exit_;
};

}  // namespace quiesce_tool
