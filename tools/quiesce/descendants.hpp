#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proc_table.hpp"

namespace quiesce_tool {

/// Who belongs to a process, as far as one look could tell. A process that changes from one program to the next has no
/// environment for an instant, and its mark cannot be read then.
struct kin {
  std::vector<proc_entry> members{};
  bool complete = true;  // false: for somebody it could not be told at this moment
  bool readable = true;  // false: nobody could be looked at, and it is not known who there is
};

/// Knows which of the running processes are ours to end, and for which line of the Procfile each of them works.
///
/// This process makes itself the reaper of all its descendants (a "child subreaper"): whoever loses its parent, in
/// whatever group or session, becomes our child. So no descendant can get out of the tree below us, and the tree is
/// all that has to be looked at. Whom a child of ours belongs to is told by, in this order,
///   - its pid: it is the command itself;
///   - its process group: left in the group of a command that has exited;
///   - the variable QUIESCE_RUN in its environment, which every command is started with and hands on.
/// What is below a child belongs to the same process. What has neither group nor variable belongs to none: a stray.
class descendants {
 public:
  /// Errors: std::system_error if the system refuses to make us the reaper.
  descendants();

  [[nodiscard]] int self() const noexcept { return self_; }

  /// The setting that marks what is started for the process of that name.
  static constexpr std::string_view mark_variable = "QUIESCE_RUN";
  [[nodiscard]] std::string mark_of(std::string_view name) const;

  /// All that belongs to the process of that name, which runs as `leader` or has done so, without the leader itself.
  [[nodiscard]] kin started_by(std::string_view name, int leader) const;

  /// Whether the process with that pid is one of these. It looks at nobody but the process and those above it, which costs
  /// the same however many processes there are.
  [[nodiscard]] bool has_started(std::string_view name, int leader, int pid) const;

  /// Everything below us, but for what was there before us.
  [[nodiscard]] kin all() const;

  /// Leaves a process alone from now on, as it cannot be ended: nothing here tells of it any more.
  void leave(const proc_entry& who) { left_.push_back(who); }
  [[nodiscard]] bool has_left(int pid) const;
  /// Those of them that still run.
  [[nodiscard]] std::vector<proc_entry> left() const;

 private:
  [[nodiscard]] std::optional<std::vector<branch>> look() const;
  [[nodiscard]] bool was_there_before(const proc_entry& who) const;
  void take_out_those_left(kin& from) const;

  int self_;
  std::vector<proc_entry> earlier_;  // children from before an exec: somebody else's, and left alone
  std::vector<proc_entry> left_;
};

/// What started_by tells, from a given table. `mark_at` reads the mark of a process: an empty one if it has none, nothing
/// if that cannot be told at this moment.
[[nodiscard]] kin members_of(const std::vector<branch>& branches, int leader, std::string_view mark,
                             const std::function<std::optional<std::string>(int pid)>& mark_at);

}  // namespace quiesce_tool
