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

  /// Sends it a signal. It needs no adoption, and a descriptor at most for that long: there may be more of them than that.
  /// Returns: whether it was there. Errors: std::system_error if it may not be signalled, or for want of a descriptor.
  bool send(const proc_entry& who, int signal);

  void forget_ended();

 private:
  struct ward {
    proc_entry who;
    q::process handle;
  };
  q::process* known(const proc_entry& who);

  std::list<ward> wards_;
};

}  // namespace quiesce_tool
