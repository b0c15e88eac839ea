/// The variables of an ELF file, by its symbol table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace explore {

class variable_table {
 public:
  variable_table() = default;
  /// Reads .symtab, or .dynsym where the file is stripped. An empty table if the file cannot be read.
  explicit variable_table(const std::string& file);

  /// "name" or "name+8" for an address as the file counts them, empty if no variable is there.
  [[nodiscard]] std::string variable(std::uintptr_t address) const { return name_in(statics_, address); }

  /// The same for an offset into the file's block of thread_local variables.
  [[nodiscard]] std::string thread_local_variable(std::uintptr_t offset) const { return name_in(locals_, offset); }

  /// Where that block lies, relative to the thread pointer.
  [[nodiscard]] std::intptr_t thread_block() const noexcept { return thread_block_; }

 private:
  struct entry {
    std::uintptr_t begin;
    std::uint64_t size;
    std::string symbol;  // mangled
  };

  static void sort(std::vector<entry>&);
  static std::string name_in(const std::vector<entry>&, std::uintptr_t address);

  std::vector<entry> statics_;
  std::vector<entry> locals_;
  std::intptr_t thread_block_ = 0;
};

/// The C++ name of a symbol, without what the linker and the compiler append; "(anonymous namespace)::" is left out.
std::string readable_symbol(std::string symbol);

}  // namespace explore
