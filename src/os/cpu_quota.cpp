#include "os/cpu_quota.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>
#include <vector>

namespace quiesce::inline v0::os {
namespace {

enum class version : std::uint8_t { one, two };

// A folder tree in which the kernel shows groups. `shows` is the group that its topmost folder stands for: in a
// container often not the root.
struct mounted_tree {
  version of;
  std::string shows;
  std::string at;
};

bool contains(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == name) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// 32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
std::vector<mounted_tree> mounted_trees(const std::string& root) {
  std::vector<mounted_tree> found;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string skipped, shows, at, type, options;
    fields >> skipped >> skipped >> skipped >> shows >> at;
    while (fields >> skipped && skipped != "-") {
    }
    fields >> type >> skipped >> options;
    if (type == "cgroup2") found.push_back({version::two, shows, at});
    if (type == "cgroup" && contains(options, "cpu")) found.push_back({version::one, shows, at});
  }
  return found;
}

// 4:cpu,cpuacct:/some/group   or, of version two,   0::/some/group
std::string group_of_this_process(const std::string& root, version of) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    if (of == version::two ? controllers.empty() : contains(controllers, "cpu")) return line.substr(second + 1);
  }
  return "/";
}

// Below the topmost folder of the tree; empty, which is that folder, for a group that the tree does not show.
std::string place_in(const mounted_tree& tree, const std::string& group) {
  const std::string above = tree.shows == "/" ? "" : tree.shows;
  if (!group.starts_with(above) || group.find("/..") != std::string::npos) return {};
  const std::string below = group.substr(above.size());
  return below.starts_with('/') && below != "/" ? below : std::string();
}

// One number, or something else, which is negative here: "max" says that there is no limit.
double number(const std::string& text) {
  std::int64_t value = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() ? static_cast<double>(value) : -1;
}

double share(const std::string& quota, const std::string& period) {
  const double granted = number(quota);
  const double of = number(period);
  return granted > 0 && of > 0 ? granted / of : std::numeric_limits<double>::infinity();
}

double share_of_folder(const std::string& folder, version of) {
  std::string quota, period;
  if (of == version::two) {
    std::ifstream(folder + "/cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  return share(quota, period);
}

}  // namespace

cpu_quota find_cpu_quota(const std::string& root) {
  double lowest = std::numeric_limits<double>::infinity();
  for (const mounted_tree& tree : mounted_trees(root)) {
    std::string place = place_in(tree, group_of_this_process(root, tree.of));
    for (;;) {
      lowest = std::min(lowest, share_of_folder(root + tree.at + place, tree.of));
      if (place.empty()) break;
      place.resize(place.rfind('/'));
    }
  }
  constexpr double most = 1 << 20;  // more processors than any machine has
  if (lowest > most) return {};
  const auto whole = static_cast<unsigned>(lowest);
  return {.is_limited = true, .processors = std::max(1u, whole + (static_cast<double>(whole) < lowest ? 1 : 0))};
}

}  // namespace quiesce::inline v0::os
