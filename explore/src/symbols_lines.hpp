/// Functions and lines of code addresses, asked of binutils' addr2line: reading debug information is left to who can.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace explore {

/// One function that an address lies in. Fields that are not known are empty and 0.
struct code_line {
  std::string function{};
  std::string file{};
  unsigned line = 0;
};
using inline_chain = std::vector<code_line>;  // innermost first: each was inlined into the next

/// Runs `tool` once on `module_file` and returns one chain for each offset, in the same order. The chains are empty if the
/// tool cannot be run, and those that it did not answer are.
std::vector<inline_chain> lines_of(const std::string& tool, const std::string& module_file,
                                   const std::vector<std::uintptr_t>& offsets);

/// The chains in the output of `addr2line -a -f -C -i`.
std::vector<inline_chain> parse_lines(std::string_view output);

}  // namespace explore
