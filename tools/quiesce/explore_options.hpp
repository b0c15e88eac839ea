#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace quiesce_tool {

/// What the command line of `quiesce explore` says. The meaning of each stands in the text of --help. What is not given is
/// the explorer's own business.
struct explore_options {
  std::filesystem::path program{};
  std::vector<std::string> arguments{};
  std::optional<std::string> strategy{};
  std::optional<std::string> replay{};
  std::optional<std::uint64_t> executions{};
  std::optional<std::chrono::milliseconds> time{};
  std::optional<std::uint32_t> steps{};
  std::optional<std::uint32_t> deviations{};
  std::optional<std::uint32_t> spurious{};
  std::optional<std::string> memory{};
  std::optional<std::uint32_t> stale_reads{};
  std::optional<std::uint64_t> seed{};
  std::optional<std::chrono::milliseconds> watchdog{};
  std::optional<std::uint32_t> reuse{};
  bool no_leaks = false;
  std::optional<std::string> json{};
  std::optional<std::string> html{};
  std::optional<std::uint32_t> break_at{};
  bool no_shrink = false;
  std::optional<std::uint32_t> depth{};
  std::optional<std::uint32_t> jobs{};
  bool compile_flags = false;
  bool link_flags = false;
};

}  // namespace quiesce_tool
