#include "symbols.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "symbols_lines.hpp"

namespace explore {
namespace {

// A return address is the one behind the call, which may belong to the next line or function.
constexpr std::uintptr_t call_before(std::uintptr_t return_address) { return return_address - 1; }

std::string hexadecimal(std::uintptr_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(value));
  return text;
}

// Its path, unless another file has taken it since: then the kernel still has the one that runs. Not /proc/self, which is
// somebody else in the process that reads it.
std::string executable_file() {
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", failed);
  struct stat named {
  }, running{};
  const bool same = !failed && ::stat(path.c_str(), &named) == 0 && ::stat("/proc/self/exe", &running) == 0 &&
                    named.st_dev == running.st_dev && named.st_ino == running.st_ino;
  return same ? path.string() : "/proc/" + std::to_string(::getpid()) + "/exe";
}

std::string shortened(const std::string& file) {
  std::error_code failed;
  const std::string here = std::filesystem::current_path(failed).string() + "/";
  return !failed && here.size() > 1 && file.starts_with(here) ? file.substr(here.size()) : file;
}

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

// Its debug information may name files by paths that only its builder knows: "./stdlib/abort.c".
bool is_system_library(const std::string& module_file) {
  for (const char* folder : {"/lib/", "/lib32/", "/lib64/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/"}) {
    if (module_file.starts_with(folder)) return true;
  }
  return false;
}

std::vector<source_place> places_of(const inline_chain& chain, bool system_library) {
  std::vector<source_place> places;
  for (const code_line& line : chain) {
    const std::string file = std::filesystem::path(line.file).lexically_normal().string();
    places.push_back({.function = line.function,
                      .file = shortened(file),
                      .line = line.line,
                      .inlined = places.size() + 1 < chain.size(),
                      .user_code = !system_library && is_user_code(file),
                      .own_code = is_own_code(file)});
  }
  return places;
}

}  // namespace

std::string source_place::text() const {
  if (file.empty()) return function;
  return line == 0 ? file : file + ":" + std::to_string(line);
}

symbols::symbols(std::string line_tool) : line_tool_(std::move(line_tool)) {
  list_modules();
  if (!modules_.empty()) variables_ = variable_table(modules_.front());
}

void symbols::list_modules() {
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* self) {
        auto& found = *static_cast<symbols*>(self);
        const bool executable = found.modules_.empty();
        if (executable) found.executable_bias_ = info->dlpi_addr;
        found.modules_.push_back(executable ? executable_file() : info->dlpi_name);
        for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
          const auto& part = info->dlpi_phdr[i];
          if (part.p_type != PT_LOAD) continue;
          const std::uintptr_t begin = info->dlpi_addr + part.p_vaddr;
          found.segments_.push_back({begin, begin + part.p_memsz, info->dlpi_addr, found.modules_.size() - 1});
        }
        return 0;
      },
      this);
}

const symbols::segment* symbols::segment_of(std::uintptr_t address) const {
  for (const segment& one : segments_) {
    if (address >= one.begin && address < one.end) return &one;
  }
  return nullptr;
}

void symbols::resolve(const std::vector<std::uintptr_t>& return_addresses) {
  std::map<std::size_t, std::vector<std::uintptr_t>> wanted;  // by module
  for (const std::uintptr_t address : return_addresses) {
    if (!known_.try_emplace(address).second) continue;
    if (const segment* where = segment_of(call_before(address))) wanted[where->module].push_back(address);
  }
  for (const auto& [module, addresses] : wanted) {
    std::vector<std::uintptr_t> offsets;
    for (const std::uintptr_t address : addresses) {
      offsets.push_back(call_before(address) - segment_of(call_before(address))->bias);
    }
    const std::vector<inline_chain> chains = lines_of(line_tool_, modules_[module], offsets);
    const bool system_library = module != 0 && is_system_library(modules_[module]);
    for (std::size_t i = 0; i < addresses.size(); ++i) known_[addresses[i]] = places_of(chains[i], system_library);
  }
  for (const std::uintptr_t address : return_addresses) {
    std::vector<source_place>& places = known_[address];
    if (!is_told(places, segment_of(call_before(address)))) places = without_lines(address);
  }
}

// Of a library without debug information the tool tells the exported function before the address, however far that is.
bool symbols::is_told(const std::vector<source_place>& places, const segment* where) {
  if (places.empty()) return false;
  if (places.size() > 1 || !places[0].file.empty()) return true;
  return where != nullptr && where->module == 0 && !places[0].function.empty();
}

std::vector<source_place> symbols::without_lines(std::uintptr_t return_address) const {
  const std::uintptr_t call = call_before(return_address);
  Dl_info info{};
  // The pointer is only looked up, never followed.
  if (::dladdr(reinterpret_cast<const void*>(call), &info) != 0 && info.dli_sname != nullptr) {
    const std::uintptr_t offset = call - reinterpret_cast<std::uintptr_t>(info.dli_saddr);
    return {{.function = readable_symbol(info.dli_sname) + "+" + hexadecimal(offset)}};
  }
  const segment* const where = segment_of(call);
  if (where == nullptr) return {{.function = hexadecimal(return_address)}};
  return {{.function = file_name(modules_[where->module]) + "+" + hexadecimal(call - where->bias)}};
}

std::vector<symbols::loaded_file> symbols::program_files() const {
  std::vector<loaded_file> found;
  std::size_t last = modules_.size();
  for (const segment& part : segments_) {
    if (part.module == last) continue;
    last = part.module;
    const std::string& file = modules_[last];
    if (last == 0 || (file.find('/') != std::string::npos && !is_system_library(file)))
      found.push_back({file, part.bias});
  }
  return found;
}

const std::vector<source_place>& symbols::places(std::uintptr_t return_address) {
  const auto found = known_.find(return_address);
  if (found != known_.end()) return found->second;
  resolve({return_address});
  return known_[return_address];
}

std::string symbols::variable(std::uintptr_t address) const {
  const segment* const where = segment_of(address);
  if (where == nullptr) return {};
  if (where->module == 0) return variables_.variable(address - executable_bias_);
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(address), &info) == 0 || info.dli_sname == nullptr) return {};
  const std::uintptr_t offset = address - reinterpret_cast<std::uintptr_t>(info.dli_saddr);
  return readable_symbol(info.dli_sname) + (offset == 0 ? "" : "+" + std::to_string(offset));
}

std::string symbols::thread_local_variable(std::uintptr_t address, std::uintptr_t thread_pointer) const {
  if (thread_pointer == 0) return {};
  return variables_.thread_local_variable(address - thread_pointer -
                                          static_cast<std::uintptr_t>(variables_.thread_block()));
}

// This file's folder, which the compiler was told by a relative path in some builds: then by its last two names.
bool is_own_code(const std::string& absolute_path) {
  static const std::string folder = std::filesystem::path(__FILE__).parent_path().lexically_normal().string() + "/";
  if (folder.starts_with('/')) return absolute_path.starts_with(folder);
  return absolute_path.starts_with("explore/src/") || absolute_path.find("/explore/src/") != std::string::npos;
}

bool is_user_code(const std::string& absolute_path) {
  if (absolute_path.empty()) return false;
  for (const char* system : {"/usr/include/", "/usr/lib/", "/usr/lib32/", "/usr/lib64/"}) {
    if (absolute_path.starts_with(system)) return false;
  }
  if (absolute_path.find("/include/c++/") != std::string::npos) return false;  // a compiler outside /usr
  return !is_own_code(absolute_path);
}

const source_place* most_telling(const std::vector<source_place>& places) {
  for (const source_place& place : places) {
    if (place.user_code) return &place;
  }
  for (const source_place& place : places) {
    if (!place.file.empty() && !place.own_code) return &place;
  }
  return places.empty() ? nullptr : &places.front();
}

}  // namespace explore
