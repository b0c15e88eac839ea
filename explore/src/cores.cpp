#include "cores.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "real.hpp"

namespace explore {
namespace {

std::string read_file(const std::string& path) {
  const long file = kernel(SYS_openat, AT_FDCWD, argument(path.c_str()), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  char text[4096];
  const long size = kernel(SYS_read, file, argument(text), sizeof text);
  kernel(SYS_close, file);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

// "max 100000", or microseconds that are granted in each period of so many. Zero: no limit.
unsigned granted(const std::string& quota, const std::string& period) {
  long of = 0;
  long in = 0;
  std::from_chars(quota.data(), quota.data() + quota.size(), of);
  std::from_chars(period.data(), period.data() + period.size(), in);
  return of > 0 && in > 0 ? static_cast<unsigned>((of + in - 1) / in) : 0;
}

unsigned granted_in(const std::string& folder, bool is_version_two) {
  if (!is_version_two) {
    return granted(read_file(folder + "/cpu.cfs_quota_us"), read_file(folder + "/cpu.cfs_period_us"));
  }
  const std::string both = read_file(folder + "/cpu.max");
  const std::size_t blank = both.find(' ');
  return blank == std::string::npos ? 0 : granted(both, both.substr(blank + 1));
}

// The lowest limit of the group and of those above it, at the places where systems mount them.
unsigned granted_by_groups() {
  unsigned least = 0;
  const std::string groups = read_file("/proc/self/cgroup");
  for (std::size_t at = 0; at < groups.size();) {
    const std::size_t end = std::min(groups.find('\n', at), groups.size());
    const std::string line = groups.substr(at, end - at);
    at = end + 1;
    const std::size_t names = line.find(':') + 1;
    const std::size_t path = line.find(':', names);
    if (names == 0 || path == std::string::npos) continue;
    const std::string controllers = "," + line.substr(names, path - names) + ",";
    const bool is_version_two = controllers == ",,";
    if (!is_version_two && controllers.find(",cpu,") == std::string::npos) continue;
    std::string folder = line.substr(path + 1);
    for (;;) {
      const unsigned here =
          granted_in((is_version_two ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu") + folder, is_version_two);
      if (here != 0 && (least == 0 || here < least)) least = here;
      if (folder.empty()) break;
      folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/'));
    }
  }
  return least;
}

}  // namespace

unsigned cores() noexcept {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  unsigned count = 1;
  if (::sched_getaffinity(0, sizeof usable, &usable) == 0) count = static_cast<unsigned>(CPU_COUNT(&usable));
  const unsigned granted = granted_by_groups();
  if (granted != 0 && granted < count) count = granted;
  return count == 0 ? 1 : count;
}

}  // namespace explore
