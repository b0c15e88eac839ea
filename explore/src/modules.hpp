/// The files that make up the process, and the parts of them that belong to the program under test.
#pragma once

#include <cstddef>
#include <cstdint>

#include "own_memory.hpp"

struct dl_phdr_info;

namespace explore {

/// libc, the loader and their like: their state is never put back, and what they allocate lives on.
bool is_system_module(const char* path) noexcept;

/// Address ranges of code from which an allocation is the system's own, not the program's.
class system_code {
 public:
  void find() noexcept;
  bool contains(const void* pc) const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(pc);
    for (std::size_t i = 0; i < count_; ++i) {
      if (address - range_[i].begin < range_[i].size) return true;
    }
    return false;
  }

 private:
  struct range {
    std::uintptr_t begin;
    std::size_t size;
  };
  static int look(dl_phdr_info* module, std::size_t, void* self) noexcept;
  range range_[8];
  std::size_t count_ = 0;
};

/// The writable memory of the program's modules, kept so that each execution begins with the same.
class saved_segments {
 public:
  /// Remembers what the segments hold now. Called once.
  void save() noexcept;
  void restore() noexcept;
  bool is_saved() const noexcept { return count_ != 0; }
  /// False: there was no room for all of it.
  bool is_complete() const noexcept { return is_complete_; }
  std::size_t count() const noexcept { return count_; }
  std::uintptr_t begin(std::size_t number) const noexcept {
    return reinterpret_cast<std::uintptr_t>(segment_[number].begin);
  }
  std::size_t size(std::size_t number) const noexcept { return segment_[number].size; }
  /// Another range that is put back, too: the caller's stack.
  void add(std::uintptr_t begin, std::size_t size) noexcept;

  /// From now on the variables of the C++ library are put back only once they have been written: their pages are read-only
  /// until then. They are most of what there is to put back, and few programs write them. Those of the program are not
  /// guarded, since a system call would refuse to write there, and no fault would tell of it; the C++ library gives none of
  /// its variables to the kernel.
  void guard() noexcept;
  /// After a fault. False: it has nothing to do with this.
  bool let_write(std::uintptr_t address) noexcept;
  void guard_no_longer() noexcept;

 private:
  struct segment {
    unsigned char* begin;
    std::size_t size;
    unsigned char* saved;
    bool may_be_guarded;  // in one page
    bool is_guarded;      // and so not written
  };
  static constexpr std::size_t most_segments = 256;
  static int look(dl_phdr_info* module, std::size_t, void* self) noexcept;
  void add_in_pages(std::uintptr_t begin, std::uintptr_t end) noexcept;
  void add(std::uintptr_t begin, std::size_t size, bool may_be_guarded) noexcept;

  segment segment_[most_segments];
  std::size_t count_ = 0;
  bool is_complete_ = true;
};

/// Whether the address lies in the code, the constants or the variables of a file that is loaded.
bool is_in_module(std::uintptr_t address) noexcept;

/// A number that differs between builds of the program: stands in schedules.
std::uint32_t build_hash() noexcept;

}  // namespace explore
