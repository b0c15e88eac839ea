#pragma once
#include <cstdint>
#include <string_view>

namespace quiesce_tool {

/// What a file is to somebody who wants to explore it.
enum class program_kind : std::uint8_t {
  explorable,        ///< the explorer is linked into it
  with_sanitizer,    ///< the runtime of ThreadSanitizer is
  without_explorer,  ///< neither is
  object_file,       ///< not linked yet
  of_other_machine,  ///< ELF, but not for this processor
  damaged,           ///< ELF, but its tables lie outside of the file
  no_elf,
};

/// Looks for the mark that the explorer leaves: a section of this name.
inline constexpr std::string_view explorer_section = ".note.quiesce_explore";

/// `image` is the whole file; it may hold anything.
[[nodiscard]] program_kind kind_of_program(std::string_view image);

}  // namespace quiesce_tool
