#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "support/scratch_folder.hpp"

namespace support {

/// Files that stand where those do in which the kernel tells of control groups, below a folder of their own.
class group_files {
 public:
  const std::string& root() const { return root_; }

  void file(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = root_ + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  /// This process is in that group of the second version, whose tree is mounted and shows the groups below `shown`.
  void second_version(const std::string& group, const std::string& shown = "/") const {
    file("/proc/self/cgroup", "0::" + group + "\n");
    file("/proc/self/mountinfo",
         "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
         "35 22 0:30 " +
             shown + " /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate\n");
  }

 private:
  scratch_folder scratch_;
  std::string root_ = scratch_.path().string();
};

}  // namespace support
