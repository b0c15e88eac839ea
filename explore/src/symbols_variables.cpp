#include "symbols_variables.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "real.hpp"

namespace explore {
namespace {

using elf_header = ElfW(Ehdr);
using elf_section = ElfW(Shdr);
using elf_segment = ElfW(Phdr);
using elf_symbol = ElfW(Sym);

// A file as it lies in memory. Every access says how much it wants: a damaged file gives no names, and no crash.
class mapped_file {
 public:
  explicit mapped_file(const std::string& path) {
    const auto file = static_cast<int>(kernel(SYS_openat, AT_FDCWD, argument(path.c_str()), O_RDONLY | O_CLOEXEC));
    if (file < 0) return;
    struct stat status {};
    if (kernel(SYS_fstat, file, argument(&status)) == 0 && status.st_size > 0) {
      const auto size = static_cast<std::size_t>(status.st_size);
      void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      if (begin != MAP_FAILED) {
        begin_ = static_cast<const char*>(begin);
        size_ = size;
      }
    }
    kernel(SYS_close, file);
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  ~mapped_file() {
    if (begin_ != nullptr) ::munmap(const_cast<char*>(begin_), size_);
  }

  template <class Record>
  bool read(std::uint64_t offset, Record& into) const noexcept {
    if (offset > size_ || size_ - offset < sizeof(Record)) return false;
    std::memcpy(&into, begin_ + offset, sizeof(Record));
    return true;
  }

  [[nodiscard]] std::string string_at(std::uint64_t offset) const {
    if (offset >= size_) return {};
    return {begin_ + offset, ::strnlen(begin_ + offset, size_ - offset)};
  }

 private:
  const char* begin_ = nullptr;
  std::size_t size_ = 0;
};

bool find_symbols(const mapped_file& file, const elf_header& header, elf_section& found) {
  bool any = false;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    elf_section section{};
    if (!file.read(header.e_shoff + std::uint64_t{i} * header.e_shentsize, section)) return any;
    const bool full = section.sh_type == SHT_SYMTAB;
    if (!full && section.sh_type != SHT_DYNSYM) continue;
    found = section;
    any = true;
    if (full) return true;
  }
  return any;
}

// The executable's block is the one next to the thread pointer: below it on x86-64, behind two words on aarch64.
std::intptr_t place_thread_block(const mapped_file& file, const elf_header& header) {
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    elf_segment part{};
    if (!file.read(header.e_phoff + std::uint64_t{i} * header.e_phentsize, part)) return 0;
    if (part.p_type != PT_TLS) continue;
    const std::uint64_t alignment = std::max<std::uint64_t>(part.p_align, 1);
    const auto aligned = [&](std::uint64_t size) {
      return static_cast<std::intptr_t>((size + alignment - 1) / alignment * alignment);
    };
#if defined(__aarch64__)
    return aligned(2 * sizeof(void*));
#else
    return -aligned(part.p_memsz);
#endif
  }
  return 0;
}

void remove_all(std::string& text, std::string_view what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) text.erase(at, what.size());
}

}  // namespace

variable_table::variable_table(const std::string& file_name) {
  const mapped_file file(file_name);
  elf_header header{};
  elf_section symbols{}, strings{};
  if (!file.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return;
  if (!find_symbols(file, header, symbols) || symbols.sh_entsize < sizeof(elf_symbol)) return;
  if (!file.read(header.e_shoff + std::uint64_t{symbols.sh_link} * header.e_shentsize, strings)) return;
  thread_block_ = place_thread_block(file, header);

  for (std::uint64_t at = 0; at + symbols.sh_entsize <= symbols.sh_size; at += symbols.sh_entsize) {
    elf_symbol symbol{};
    if (!file.read(symbols.sh_offset + at, symbol)) break;
    const auto type = ELF64_ST_TYPE(symbol.st_info);  // the 32-bit macro is the same
    const bool thread_local_one = type == STT_TLS;
    if ((type != STT_OBJECT && !thread_local_one) || symbol.st_size == 0 || symbol.st_shndx == SHN_UNDEF) continue;
    (thread_local_one ? locals_ : statics_)
        .push_back({symbol.st_value, symbol.st_size, file.string_at(strings.sh_offset + symbol.st_name)});
  }
  sort(statics_);
  sort(locals_);
}

// Of names for the same place the largest object stands last, where name_in() looks; then the shortest name.
void variable_table::sort(std::vector<entry>& entries) {
  std::sort(entries.begin(), entries.end(), [](const entry& left, const entry& right) {
    if (left.begin != right.begin) return left.begin < right.begin;
    if (left.size != right.size) return left.size < right.size;
    if (left.symbol.size() != right.symbol.size()) return left.symbol.size() > right.symbol.size();
    return left.symbol > right.symbol;
  });
}

std::string variable_table::name_in(const std::vector<entry>& entries, std::uintptr_t address) {
  const auto after = std::upper_bound(entries.begin(), entries.end(), address,
                                      [](std::uintptr_t value, const entry& one) { return value < one.begin; });
  if (after == entries.begin()) return {};
  const entry& found = *std::prev(after);
  const std::uintptr_t offset = address - found.begin;
  if (offset >= found.size) return {};
  std::string name = readable_symbol(found.symbol);
  if (offset != 0) name += "+" + std::to_string(offset);
  return name;
}

std::string readable_symbol(std::string symbol) {
  symbol.resize(std::min(symbol.size(), symbol.find('@')));  // std::cout@GLIBCXX_3.4
  const std::size_t dot = symbol.rfind('.');                 // a static variable of a C function: hits.0
  if (dot != std::string::npos && dot != 0 && symbol.find_first_not_of("0123456789", dot + 1) == std::string::npos) {
    symbol.resize(dot);
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  // Only what is mangled: the demangler takes a variable named `i` for the type int.
  std::string name = demangled && symbol.starts_with("_Z") ? demangled.get() : symbol;
  remove_all(name, "(anonymous namespace)::");
  return name;
}

}  // namespace explore
