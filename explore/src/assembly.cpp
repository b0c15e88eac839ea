#include "assembly.hpp"

#include <cstdlib>
#include <optional>

#include "tool_output.hpp"

namespace explore {
namespace {

// A function as objdump shows it: "0000000000001139 <work()>:", then a line for each instruction.
struct function {
  bool calls_hooks = false;
  bool calls_others = false;
  std::vector<std::uintptr_t> atomic{};

  // One that calls nobody may have been compiled for the explorer all the same: with nothing in it to be told.
  [[nodiscard]] bool may_have_hooks() const { return calls_hooks || !calls_others; }
};

void take_instruction(std::string_view line, function& into) {
  const std::size_t colon = line.find(":\t");
  if (colon == std::string_view::npos) return;
  const std::string_view instruction = line.substr(colon + 2);
  if (instruction.find("<__tsan_") != std::string_view::npos) {
    into.calls_hooks = true;
  } else if (instruction.starts_with("call") || instruction.find(" call") != std::string_view::npos) {
    into.calls_others = true;
  }
  const bool exchanges = instruction.starts_with("xchg") && instruction.find('(') != std::string_view::npos;
  const bool locks = instruction.starts_with("lock ") || instruction.starts_with("xacquire lock ") ||
                     instruction.starts_with("xrelease lock ");
  if (!exchanges && !locks) return;
  into.atomic.push_back(std::strtoul(std::string(line.substr(0, colon)).c_str(), nullptr, 16));
}

bool is_in_library_header(const std::string& file) { return file.find("/include/c++/") != std::string::npos; }

// Of the program, as far as anybody can tell: the explorer is linked into it, too.
bool is_programs(const std::vector<source_place>& places) {
  for (const source_place& place : places) {
    if (place.own_code) return false;
  }
  return !places.front().file.empty() && !is_in_library_header(places.front().file);
}

}  // namespace

std::vector<std::uintptr_t> atomic_instructions(std::string_view disassembly) {
  std::vector<std::uintptr_t> found;
  function now;
  const auto end_function = [&] {
    if (now.may_have_hooks()) found.insert(found.end(), now.atomic.begin(), now.atomic.end());
    now = {};
  };
  while (!disassembly.empty()) {
    const std::size_t end = disassembly.find('\n');
    const std::string_view line = disassembly.substr(0, end);
    disassembly.remove_prefix(end == std::string_view::npos ? disassembly.size() : end + 1);
    if (line.ends_with(">:")) {
      end_function();
    } else {
      take_instruction(line, now);
    }
  }
  end_function();
  return found;
}

std::string place_of_unseen_atomic(symbols& known) {
  static std::optional<std::string> answer;  // it does not change, and is asked for again by each kind of report
  if (answer.has_value()) return *answer;
  answer = "";
  for (const symbols::loaded_file& one : known.program_files()) {
    const std::string text = output_of({"objdump", "-d", "-j", ".text", "--no-show-raw-insn", one.file}, "");
    std::vector<std::uintptr_t> addresses;
    for (const std::uintptr_t offset : atomic_instructions(text)) addresses.push_back(one.bias + offset + 1);
    known.resolve(addresses);
    for (const std::uintptr_t address : addresses) {
      const std::vector<source_place>& places = known.places(address);
      if (!is_programs(places)) continue;
      answer = places.front().text();
      return *answer;
    }
  }
  return *answer;
}

}  // namespace explore
