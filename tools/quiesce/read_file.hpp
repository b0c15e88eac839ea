#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace quiesce_tool {

/// The whole file; nothing if it cannot be read, also half-way, as happens to a file of /proc when its process ends.
/// Then errno tells why.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace quiesce_tool
