#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "file_fault.hpp"

namespace quiesce_tool {

/// One process to run. `command` goes to `/bin/sh -c` as it stands in the file.
struct procfile_entry {
  std::string name;
  std::string command;
  int line = 0;
};

struct procfile {
  std::vector<procfile_entry> entries;
  std::vector<file_fault> faults;
};

/// Reads lines of the form `name: command`. Blank lines and lines that begin with `#` are skipped; nothing else is, so a
/// slip in the file is a fault and never a process that silently does not run. All faults are reported, not the first.
/// Lines may end in LF or CR LF, the last one in nothing. Bytes that are not UTF-8 are left to the shell.
[[nodiscard]] procfile parse_procfile(std::string_view text);

}  // namespace quiesce_tool
