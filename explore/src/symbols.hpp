/// Names for addresses of this process: functions and lines for code, variables for data. What cannot be told is given as
/// a number; nothing here fails, since a report with bare addresses is worth more than none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "symbols_variables.hpp"

namespace explore {

/// Where an address of code stands in the sources. An address has more than one place if functions were inlined.
struct source_place {
  std::string function{};  ///< demangled; "library.so+0x12" if the debug information is silent
  std::string file{};      ///< relative to the current directory if below it; empty if unknown
  unsigned line = 0;       ///< 0 if unknown
  bool inlined = false;    ///< into the place that follows
  bool user_code = false;  ///< neither the system's nor the explorer's
  bool own_code = false;   ///< the explorer's

  /// "explore/gallery/counter.cpp:12", or what else is known.
  [[nodiscard]] std::string text() const;
};

class symbols {
 public:
  /// `line_tool` answers as addr2line does; it is looked up in PATH, and may be missing.
  explicit symbols(std::string line_tool = "addr2line");

  /// Looks up many return addresses at once: one run of the tool for each module, instead of one for each address.
  void resolve(const std::vector<std::uintptr_t>& return_addresses);

  /// The places of a return address, innermost first; at least one. Looks it up if resolve() has not.
  const std::vector<source_place>& places(std::uintptr_t return_address);

  struct loaded_file {
    std::string file;
    std::uintptr_t bias;  // what is added to an address in the file
  };
  /// The executable, and the libraries that are not the system's.
  [[nodiscard]] std::vector<loaded_file> program_files() const;

  /// "counter" or "counter+8" for an address in a global or static variable, else an empty string.
  [[nodiscard]] std::string variable(std::uintptr_t address) const;

  /// The same for a thread_local variable of the executable, in the thread with that thread pointer (x86-64: FS base).
  [[nodiscard]] std::string thread_local_variable(std::uintptr_t address, std::uintptr_t thread_pointer) const;

 private:
  struct segment {
    std::uintptr_t begin, end, bias;
    std::size_t module;
  };

  void list_modules();
  [[nodiscard]] const segment* segment_of(std::uintptr_t address) const;
  static bool is_told(const std::vector<source_place>&, const segment*);
  [[nodiscard]] std::vector<source_place> without_lines(std::uintptr_t return_address) const;

  std::string line_tool_;
  std::vector<std::string> modules_;  // files; the executable is the first
  std::vector<segment> segments_;
  std::uintptr_t executable_bias_ = 0;
  variable_table variables_;
  std::map<std::uintptr_t, std::vector<source_place>> known_;
};

/// Whether a file holds the program's own code: not the system's headers and libraries, and not the explorer.
bool is_user_code(const std::string& absolute_path);

/// Whether a file is one of the explorer's own.
bool is_own_code(const std::string& absolute_path);

/// Of a stack's places, innermost first, the one that a reader looks for: the first in user code, else the first with a
/// file, else the first. Null if there is none.
const source_place* most_telling(const std::vector<source_place>& places);

}  // namespace explore
