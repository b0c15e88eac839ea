#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// For the command line of g++: with these options the calls that the explorer needs are compiled in.
/// Returns:  nothing if a shell would tear the folder's name apart where the flags are put in by $(...).
[[nodiscard]] std::optional<std::string> explore_compile_flags(std::string_view options,
                                                               std::string_view include_folder);

/// For the command line of g++ as a linker: the explorer takes the place of the sanitizer's runtime.
/// Returns:  nothing if a shell would tear the library's name apart.
[[nodiscard]] std::optional<std::string> explore_link_flags(std::string_view library);

}  // namespace quiesce_tool
