#include "program_kind.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace quiesce_tool {
namespace {

#if defined(__x86_64__)
constexpr auto own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr auto own_machine = EM_AARCH64;
#else
#error "which EM_... of <elf.h> is this processor?"
#endif

/// Nothing if the range does not lie within the file.
std::optional<std::string_view> part(std::string_view image, std::uint64_t offset, std::uint64_t size) {
  if (offset > image.size() || size > image.size() - offset) return std::nullopt;
  return image.substr(offset, size);
}

/// Copied, as nothing in a file needs to be aligned.
template <class Record>
std::optional<Record> record_at(std::string_view image, std::uint64_t offset) {
  const auto bytes = part(image, offset, sizeof(Record));
  if (!bytes) return std::nullopt;
  Record record;
  std::memcpy(&record, bytes->data(), sizeof(record));
  return record;
}

/// The text that begins there; an empty one if it does not lie within the table.
std::string_view text_at(std::string_view table, std::uint64_t offset) {
  if (offset >= table.size()) return {};
  const auto rest = table.substr(offset);
  return rest.substr(0, rest.find('\0'));
}

class elf_sections {
 public:
  /// Nothing if a table lies outside of the file.
  static std::optional<elf_sections> of(std::string_view image, const Elf64_Ehdr& header) {
    elf_sections all{image};
    if (header.e_shoff == 0) return all;
    if (header.e_shentsize != sizeof(Elf64_Shdr)) return std::nullopt;
    // Where the numbers do not fit into the header, they stand in the first section, which is otherwise unused.
    const auto first = record_at<Elf64_Shdr>(image, header.e_shoff);
    if (!first) return std::nullopt;
    const std::uint64_t count = header.e_shnum == 0 ? first->sh_size : header.e_shnum;
    if (count > image.size() / sizeof(Elf64_Shdr)) return std::nullopt;
    const auto table = part(image, header.e_shoff, count * sizeof(Elf64_Shdr));
    if (!table) return std::nullopt;
    all.sections_.resize(count);
    if (count > 0) std::memcpy(all.sections_.data(), table->data(), table->size());
    all.names_ = all.content_of(header.e_shstrndx == SHN_XINDEX ? first->sh_link : header.e_shstrndx);
    return all;
  }

  bool has(std::string_view name) const {
    return std::any_of(sections_.begin(), sections_.end(),
                       [&](const Elf64_Shdr& section) { return text_at(names_, section.sh_name) == name; });
  }

  /// Does a symbol of that name stand in it, defined or not?
  bool has_symbol(std::string_view name) const {
    for (const auto& section : sections_) {
      if (section.sh_type != SHT_SYMTAB && section.sh_type != SHT_DYNSYM) continue;
      if (any_record<Elf64_Sym>(section, [&](const Elf64_Sym& symbol, std::string_view names) {
            return text_at(names, symbol.st_name) == name;
          })) {
        return true;
      }
    }
    return false;
  }

  /// Does it ask the loader for a library whose name begins so?
  bool needs_library(std::string_view prefix) const {
    for (const auto& section : sections_) {
      if (section.sh_type != SHT_DYNAMIC) continue;
      if (any_record<Elf64_Dyn>(section, [&](const Elf64_Dyn& entry, std::string_view names) {
            return entry.d_tag == DT_NEEDED && text_at(names, entry.d_un.d_val).starts_with(prefix);
          })) {
        return true;
      }
    }
    return false;
  }

 private:
  explicit elf_sections(std::string_view image) : image_{image} {}

  std::string_view content_of(std::uint64_t index) const {
    if (index >= sections_.size()) return {};
    return content_of(sections_[index]);
  }
  std::string_view content_of(const Elf64_Shdr& section) const {
    if (section.sh_type == SHT_NOBITS) return {};
    return part(image_, section.sh_offset, section.sh_size).value_or(std::string_view{});
  }

  template <class Record, class Matches>
  bool any_record(const Elf64_Shdr& section, Matches matches) const {
    const auto records = content_of(section);
    const auto names = content_of(section.sh_link);
    for (std::uint64_t at = 0; const auto record = record_at<Record>(records, at); at += sizeof(Record)) {
      if (matches(*record, names)) return true;
    }
    return false;
  }

  std::string_view image_;
  std::vector<Elf64_Shdr> sections_;
  std::string_view names_;
};

}  // namespace

program_kind kind_of_program(std::string_view image) {
  if (!image.starts_with(std::string_view{ELFMAG, SELFMAG})) return program_kind::no_elf;
  const auto header = record_at<Elf64_Ehdr>(image, 0);
  if (!header) return program_kind::damaged;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
      header->e_machine != own_machine) {
    return program_kind::of_other_machine;
  }
  if (header->e_type == ET_REL) return program_kind::object_file;
  const auto sections = elf_sections::of(image, *header);
  if (!sections) return program_kind::damaged;
  // First of all: beside the sanitizer's runtime the explorer sees nothing.
  if (sections->needs_library("libtsan.so")) return program_kind::with_sanitizer;
  if (sections->has(explorer_section)) return program_kind::explorable;
  // A runtime that is linked in statically.
  if (sections->has_symbol("__tsan_init")) return program_kind::with_sanitizer;
  return program_kind::without_explorer;
}

}  // namespace quiesce_tool
