#pragma once
#include <functional>
#include <optional>
#include <string>

namespace quiesce_tool {

/// One attempt to find out whether a process is ready. Its end is told once, at the latest; to destroy it takes the
/// attempt back.
class probe {
 public:
  /// Nothing: it is ready. Otherwise why it is not.
  using verdict = std::optional<std::string>;
  /// The last thing that the probe does: it may be destroyed in a later callback, though not in this call.
  using listener = std::function<void(verdict)>;

  probe() = default;
  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;
  virtual ~probe() = default;

  /// May tell the verdict before it returns.
  virtual void begin() = 0;

  /// The pid of a child of ours that the attempt consists of; 0 if there is none.
  [[nodiscard]] virtual int running_pid() const noexcept { return 0; }
};

}  // namespace quiesce_tool
