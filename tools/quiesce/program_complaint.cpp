#include "program_complaint.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "read_file.hpp"

namespace quiesce_tool {
namespace {

std::string compile_command(const std::string& stem) {
  return fmt::format("g++ -std=c++20 $(quiesce explore --compile-flags) -c {}.cpp", stem);
}
std::string link_command(const std::string& stem) {
  return fmt::format("g++ {0}.o $(quiesce explore --link-flags) -o {0}", stem);
}

}  // namespace

std::string complaint_about(program_kind kind, const std::filesystem::path& program) {
  const auto name = program.string();
  const auto stem = program.stem().string();
  switch (kind) {
    case program_kind::explorable: return {};
    case program_kind::with_sanitizer:
      return fmt::format(
          "{} is linked with the sanitizer's own runtime; link it without -fsanitize=thread, with the explorer:\n  {}",
          name, link_command(stem));
    case program_kind::without_explorer:
      return fmt::format("{} is not linked with the explorer; build it with\n  {}\n  {}", name, compile_command(stem),
                         link_command(stem));
    case program_kind::object_file:
      return fmt::format("{} is an object file; link it first:\n  {}", name, link_command(stem));
    case program_kind::of_other_machine: return fmt::format("{} is a program for another kind of machine", name);
    case program_kind::damaged: return fmt::format("{} is damaged: it ends before its tables do", name);
    case program_kind::no_elf: return fmt::format("{} is no program that a compiler made: it is not ELF", name);
  }
  return {};
}

std::string complaint_about(const std::filesystem::path& program) {
  const auto system = [&] { return fmt::format("{}: {}", program.string(), std::generic_category().message(errno)); };
  std::error_code error;
  const auto status = std::filesystem::status(program, error);
  if (std::filesystem::is_directory(status)) return fmt::format("{} is a folder and no program", program.string());
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fmt::format("{} is no file", program.string());
  }
  const auto image = read_file(program);
  if (!image) return system();
  const auto complaint = complaint_about(kind_of_program(*image), program);
  if (complaint.empty() && ::access(program.c_str(), X_OK) != 0) return system();
  return complaint;
}

}  // namespace quiesce_tool
