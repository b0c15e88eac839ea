#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace support {

/// Files that stand where those do in which the kernel tells of control groups, below a folder of their own.
class group_files {
 public:
  group_files() {
    std::string name = (std::filesystem::temp_directory_path() / "quiesce_quota_XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) root_ = name;
  }
  group_files(const group_files&) = delete;
  group_files& operator=(const group_files&) = delete;
  ~group_files() {
    if (!root_.empty()) std::filesystem::remove_all(root_);
  }

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
  std::string root_;
};

}  // namespace support
