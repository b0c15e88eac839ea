#include "modules.hpp"

#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstring>
#include <initializer_list>
#include <iterator>

#include "own_memory.hpp"
#include "real.hpp"

namespace explore {
namespace {

bool is_file(const char* path, const char* stem) noexcept {
  const char* const slash = std::strrchr(path, '/');
  const char* const name = slash != nullptr ? slash + 1 : path;
  return std::strncmp(name, stem, std::strlen(stem)) == 0;
}

bool is_standard_library(const char* path) noexcept { return is_file(path, "libstdc++.so"); }

struct text_hash {
  std::uint32_t value = 2166136261U;
  bool done = false;
};

int hash_program(dl_phdr_info* module, std::size_t, void* given) {
  auto& hash = *static_cast<text_hash*>(given);
  if (hash.done) return 0;
  hash.done = true;  // the program itself comes first
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const auto* const code = reinterpret_cast<const unsigned char*>(module->dlpi_addr + header.p_vaddr);
    for (std::size_t at = 0; at + 4 <= header.p_memsz; at += 4) {
      std::uint32_t word;
      std::memcpy(&word, code + at, sizeof word);
      hash.value = (hash.value ^ word) * 16777619U;
    }
  }
  return 0;
}

}  // namespace

bool is_system_module(const char* path) noexcept {
  for (const char* stem : {"libc.so", "ld-linux", "libm.so", "libpthread.so", "libdl.so", "linux-vdso", "librt.so"}) {
    if (is_file(path, stem)) return true;
  }
  return false;
}

int system_code::look(dl_phdr_info* module, std::size_t, void* given) noexcept {
  auto& self = *static_cast<system_code*>(given);
  // The C++ library allocates for itself by malloc, and for the program by operator new, which is the explorer's.
  if (!is_system_module(module->dlpi_name) && !is_standard_library(module->dlpi_name)) return 0;
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0 || self.count_ == 8) continue;
    self.range_[self.count_++] = {module->dlpi_addr + header.p_vaddr, header.p_memsz};
  }
  return 0;
}

void system_code::find() noexcept {
  count_ = 0;
  ::dl_iterate_phdr(look, this);
}

namespace {

using own_memory::range;

constexpr std::uintptr_t page_size = 4096;

// Where the loader keeps the functions that it has found at their first call: to forget them would only cost time.
range bound_functions(const dl_phdr_info& module) noexcept {
  std::uintptr_t table = 0;
  std::size_t size = 0;
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    if (module.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(module.dlpi_addr + module.dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_PLTGOT) table = entry->d_un.d_ptr;
      if (entry->d_tag == DT_PLTRELSZ) size = entry->d_un.d_val;
    }
  }
  if (table == 0) return {};
  constexpr std::size_t reserved = 3;
  return {table, table + (reserved + size / sizeof(ElfW(Rela))) * sizeof(void*)};
}

}  // namespace

void saved_segments::add(std::uintptr_t begin, std::size_t size) noexcept { add(begin, size, false); }

void saved_segments::add(std::uintptr_t begin, std::size_t size, bool may_be_guarded) noexcept {
  if (size == 0) return;
  auto* const saved = count_ != most_segments ? static_cast<unsigned char*>(own_memory::map(size)) : nullptr;
  is_complete_ = is_complete_ && saved != nullptr;
  if (saved == nullptr) return;
  copy_bytes(saved, reinterpret_cast<void*>(begin), size);
  segment_[count_++] = {reinterpret_cast<unsigned char*>(begin), size, saved, may_be_guarded, false};
}

void saved_segments::add_in_pages(std::uintptr_t begin, std::uintptr_t end) noexcept {
  for (std::uintptr_t next = 0; begin < end; begin = next) {
    const std::uintptr_t end_of_page = (begin / page_size + 1) * page_size;
    next = end_of_page < end ? end_of_page : end;
    add(begin, next - begin, true);
  }
}

int saved_segments::look(dl_phdr_info* module, std::size_t, void* given) noexcept {
  auto& self = *static_cast<saved_segments*>(given);
  if (is_system_module(module->dlpi_name)) return 0;
  range holes[] = {{}, bound_functions(*module), own_memory::variables()};
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_GNU_RELRO) continue;  // what the loader has made read-only after relocation
    const std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    holes[0] = {begin & ~(page_size - 1), (begin + header.p_memsz) & ~(page_size - 1)};
  }
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    const std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    const bool may_be_guarded = is_standard_library(module->dlpi_name);
    const auto add = [&](std::uintptr_t part, std::uintptr_t end) {
      if (may_be_guarded) {
        self.add_in_pages(part, end);
      } else {
        self.add(part, end - part);
      }
    };
    own_memory::see_without(begin, begin + header.p_memsz, holes, std::size(holes), add);
  }
  return 0;
}

void saved_segments::save() noexcept { ::dl_iterate_phdr(look, this); }

void saved_segments::restore() noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (!segment_[i].is_guarded) copy_bytes(segment_[i].begin, segment_[i].saved, segment_[i].size);
  }
}

void saved_segments::guard() noexcept {
  restore();  // something may have changed since they were saved
  for (std::size_t i = 0; i < count_; ++i) {
    if (!segment_[i].may_be_guarded) continue;
    const std::uintptr_t first = begin(i) & ~(page_size - 1);
    segment_[i].is_guarded = kernel(SYS_mprotect, static_cast<long>(first), page_size, PROT_READ) == 0;
  }
}

bool saved_segments::let_write(std::uintptr_t address) noexcept {
  const std::uintptr_t first = address & ~(page_size - 1);
  bool is_ours = false;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!segment_[i].is_guarded || (begin(i) & ~(page_size - 1)) != first) continue;
    segment_[i].is_guarded = false;
    is_ours = true;
  }
  return is_ours && kernel(SYS_mprotect, static_cast<long>(first), page_size, PROT_READ | PROT_WRITE) == 0;
}

void saved_segments::guard_no_longer() noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (segment_[i].is_guarded) let_write(begin(i));
  }
}

bool is_in_module(std::uintptr_t address) noexcept {
  const auto look = [](dl_phdr_info* module, std::size_t, void* wanted) {
    for (int i = 0; i < module->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = module->dlpi_phdr[i];
      if (header.p_type != PT_LOAD) continue;
      if (*static_cast<std::uintptr_t*>(wanted) - (module->dlpi_addr + header.p_vaddr) < header.p_memsz) return 1;
    }
    return 0;
  };
  return ::dl_iterate_phdr(look, &address) != 0;
}

std::uint32_t build_hash() noexcept {
  text_hash hash;
  ::dl_iterate_phdr(hash_program, &hash);
  return hash.value;
}

}  // namespace explore
