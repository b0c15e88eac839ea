#pragma once
#include <filesystem>
#include <string>

#include "program_kind.hpp"

namespace quiesce_tool {

/// Why a program of this kind cannot be explored, and with which commands it could be; empty if it can.
[[nodiscard]] std::string complaint_about(program_kind kind, const std::filesystem::path& program);

/// The same for a file, which may also be missing, no file, or not allowed to be run.
[[nodiscard]] std::string complaint_about(const std::filesystem::path& program);

}  // namespace quiesce_tool
