#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace quiesce_tool {

/// One process to run. `command` goes to `/bin/sh -c` as it stands in the file.
struct procfile_entry {
  std::string name;
  std::string command;
};

/// What is wrong, and where; line 0 speaks of the file as a whole.
struct procfile_fault {
  int line;
  std::string what;
};

struct procfile {
  std::vector<procfile_entry> entries;
  std::vector<procfile_fault> faults;
};

/// Reads lines of the form `name: command`. Blank lines and lines that begin with `#` are skipped; nothing else is, so a
/// slip in the file is a fault and never a process that silently does not run. All faults are reported, not the first.
/// Lines may end in LF or CR LF, the last one in nothing. Bytes that are not UTF-8 are left to the shell.
[[nodiscard]] procfile parse_procfile(std::string_view text);

/// `PATH:LINE: what is wrong`, the form that editors and terminals turn into a link.
[[nodiscard]] std::string fault_text(std::string_view path, const procfile_fault& fault);

}  // namespace quiesce_tool
