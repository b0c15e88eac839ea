#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "file_fault.hpp"
#include "process_settings.hpp"

namespace quiesce_tool {

/// One table of the file. `settings.command` is empty if the table has none.
struct settings_entry {
  process_settings settings;
  int line = 0;
  int command_line = 0;
  int reload_line = 0;
  bool has_wrong_watch = false;      // a fault, and so of no use for others
  std::vector<int> need_lines = {};  // of each of settings.needs
};

struct settings_file {
  std::vector<settings_entry> entries;  // in the order of the file
  std::vector<file_fault> faults;       // by their lines
};

/// Reads a settings file: TOML, one table for each process. Every key that is not known and every value that is not of
/// the right form is a fault; what the tables say of each other is looked at later, together with the Procfile.
[[nodiscard]] settings_file parse_settings(std::string_view text);

}  // namespace quiesce_tool
