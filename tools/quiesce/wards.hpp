#pragma once
#include <list>
#include <quiesce/quiesce.hpp>

#include "proc_table.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// The processes that we did not start and yet have to see end: orphans that became our children, and what a command
/// has left behind. Each is adopted once. When a child of ours among them ends, its handle also takes it out of the
/// system's table of processes, where it would otherwise stay as a zombie.
class wards {
 public:
  /// The handle of that process, adopted now or before; null if it is gone. Valid until forget_ended().
  /// Errors: std::system_error if the system has no descriptor for it.
  q::process* adopt(const proc_entry& who);

  void forget_ended();

 private:
  struct ward {
    proc_entry who;
    q::process handle;
  };
  std::list<ward> wards_;
};

}  // namespace quiesce_tool
