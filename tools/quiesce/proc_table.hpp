#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quiesce_tool {

/// One process as /proc/PID/stat tells it. A pid may be given to another process once its first owner is gone; pid and
/// start together name one process for good.
struct proc_entry {
  int pid = 0;
  int parent = 0;
  int group = 0;
  char state = '?';
  std::uint64_t started = 0;  // in ticks since the system started
  std::string command = {};

  [[nodiscard]] bool is_zombie() const noexcept { return state == 'Z' || state == 'X'; }
  friend bool operator==(const proc_entry& a, const proc_entry& b) noexcept {
    return a.pid == b.pid && a.started == b.started;
  }
};

/// Returns nothing if the text is not that of such a file. The command may hold blanks, parentheses and newlines.
[[nodiscard]] std::optional<proc_entry> parse_stat(std::string_view text);

/// One process; nothing if there is none.
[[nodiscard]] std::optional<proc_entry> read_process(int pid, const std::filesystem::path& proc = "/proc");

/// All processes that we may see. The list is not of one instant: processes come and go while it is read. Nothing if the
/// table cannot be read, for want of a descriptor for instance, with the reason in errno.
[[nodiscard]] std::optional<std::vector<proc_entry>> read_processes(const std::filesystem::path& proc = "/proc");

/// The environment with which a process began its program, as the kernel keeps it: settings that each end in a zero.
/// Empty also while a process is between two programs, and of a zombie. Nothing if we may not read it.
[[nodiscard]] std::optional<std::string> read_environment(int pid, const std::filesystem::path& proc = "/proc");

/// The value of one variable in it.
[[nodiscard]] std::optional<std::string_view> variable_in(std::string_view environment, std::string_view name);

/// A child of `root` and all processes below it. The child stands first.
using branch = std::vector<proc_entry>;

/// All descendants of `root`, by branches.
[[nodiscard]] std::vector<branch> branches_below(int root, const std::vector<proc_entry>& all);

/// The way from a child of `root` down to the process with that pid; empty if it is no descendant.
[[nodiscard]] branch branch_to(int pid, int root, const std::filesystem::path& proc = "/proc");

}  // namespace quiesce_tool
