#pragma once

#include <string>

namespace quiesce::inline v0::os {

/// How many processors the control groups of this process let it use at once on average: the lowest quota of its own
/// group and of all groups above it that can be seen, rounded up, so never zero. No value when none has a quota.
///
/// Groups of both versions are looked at: cpu.max, and cpu.cfs_quota_us with cpu.cfs_period_us. Where they are mounted
/// stands in /proc/self/mountinfo, which group it is in /proc/self/cgroup. A file that cannot be read or understood
/// counts as no quota: a quota that is not found costs threads that stand in each other's way, nothing else.
///
/// `root` stands before every name, for tests.
/// Errors: std::bad_alloc.
struct cpu_quota {
  bool is_limited = false;
  unsigned processors = 0;  // with is_limited: at least one
};
cpu_quota find_cpu_quota(const std::string& root = {});

}  // namespace quiesce::inline v0::os
