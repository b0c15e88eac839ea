#include "symbols_lines.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tool_output.hpp"

namespace explore {
namespace {

std::string known_part(std::string_view text) { return std::string(text.substr(0, 2) == "??" ? "" : text); }

// "/home/me/a.cpp:12", "/home/me/a.cpp:12 (discriminator 3)", "a.cpp:?", "??:0"
void read_place(std::string_view text, code_line& into) {
  text = text.substr(0, text.find(" (discriminator"));
  const std::size_t colon = text.rfind(':');
  into.file = known_part(text.substr(0, colon));
  if (colon == std::string_view::npos || into.file.empty()) return;
  into.line = static_cast<unsigned>(std::strtoul(std::string(text.substr(colon + 1)).c_str(), nullptr, 10));
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// "push" of "(anonymous namespace)::queue<int>::push(int) const".
std::string last_name(std::string_view function) {
  std::string plain;
  int depth = 0;
  for (const char one : function) {
    const bool opens = one == '(' || one == '<' || one == '{';
    const bool closes = one == ')' || one == '>' || one == '}';
    if (closes && depth > 0) --depth;
    if (!opens && !closes && depth == 0) plain += one;
    if (opens) ++depth;
  }
  plain.resize(std::min(plain.size(), plain.find(" const")));
  const std::size_t scope = plain.rfind("::");
  return scope == std::string::npos ? plain : plain.substr(scope + 2);
}

// An inlined function without linkage, such as a static one, has no name that addr2line would trust: it tells that of the
// symbol around the address, which is the function that all were inlined into, in its fullest form.
void correct_innermost(inline_chain& chain) {
  if (chain.size() < 2) return;
  std::string &inner = chain.front().function, &outer = chain.back().function;
  if (last_name(inner) != last_name(outer)) return;
  if (inner.size() > outer.size()) outer = inner;
  inner.clear();
}

}  // namespace

std::vector<inline_chain> parse_lines(std::string_view output) {
  std::vector<inline_chain> chains;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (line.substr(0, 2) == "0x") {  // the address, by -a: it parts the chains
      chains.emplace_back();
      continue;
    }
    if (chains.empty()) return {};  // this is not addr2line
    code_line next;
    next.function = known_part(line);
    read_place(take_line(output), next);
    chains.back().push_back(std::move(next));
  }
  for (inline_chain& chain : chains) correct_innermost(chain);
  return chains;
}

std::vector<inline_chain> lines_of(const std::string& tool, const std::string& module_file,
                                   const std::vector<std::uintptr_t>& offsets) {
  std::string input;
  char number[32];
  for (const std::uintptr_t offset : offsets) {
    std::snprintf(number, sizeof number, "%#lx\n", static_cast<unsigned long>(offset));
    input += number;
  }
  std::vector<inline_chain> chains = parse_lines(output_of({tool, "-a", "-f", "-C", "-i", "-e", module_file}, input));
  chains.resize(offsets.size());
  return chains;
}

}  // namespace explore
