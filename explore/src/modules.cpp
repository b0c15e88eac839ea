#include "modules.hpp"

#include <link.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

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

struct range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

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

void saved_segments::add(std::uintptr_t begin, std::size_t size) noexcept {
  if (count_ == most_segments || size == 0) return;
  auto* const saved = static_cast<unsigned char*>(own_memory::map(size));
  copy_bytes(saved, reinterpret_cast<void*>(begin), size);
  segment_[count_++] = {reinterpret_cast<unsigned char*>(begin), size, saved};
}

int saved_segments::look(dl_phdr_info* module, std::size_t, void* given) noexcept {
  auto& self = *static_cast<saved_segments*>(given);
  if (is_system_module(module->dlpi_name)) return 0;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  // What the loader has made read-only after relocation.
  std::uintptr_t fixed_begin = 0;
  std::uintptr_t fixed_end = 0;
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_GNU_RELRO) continue;
    fixed_begin = (module->dlpi_addr + header.p_vaddr) & ~(page - 1);
    fixed_end = (module->dlpi_addr + header.p_vaddr + header.p_memsz) & ~(page - 1);
  }
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (fixed_begin <= begin && begin < fixed_end) begin = fixed_end;
    const range bound = bound_functions(*module);
    if (bound.begin < end && begin < bound.end) {  // its first words may lie in the fixed part
      if (begin < bound.begin) self.add(begin, bound.begin - begin);
      begin = bound.end;
    }
    if (begin < end) self.add(begin, end - begin);
  }
  return 0;
}

void saved_segments::save() noexcept { ::dl_iterate_phdr(look, this); }

void saved_segments::restore() noexcept {
  for (std::size_t i = 0; i < count_; ++i) copy_bytes(segment_[i].begin, segment_[i].saved, segment_[i].size);
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
