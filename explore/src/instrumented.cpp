#include "instrumented.hpp"

#include <link.h>

#include <cstring>

namespace explore {
namespace {

constinit bool has_hooks = false;  // each file that is compiled with the hooks says so at its start

int look_for_sanitizer(dl_phdr_info* module, std::size_t, void* found) {
  if (std::strstr(module->dlpi_name, "/libtsan.so") != nullptr) *static_cast<bool*>(found) = true;
  return 0;
}

// By this the `quiesce explore` command knows a program that it can explore.
struct note {
  std::uint32_t name_size;
  std::uint32_t description_size;
  std::uint32_t type;
  char name[8];
  std::uint32_t description;
};
[[gnu::section(".note.quiesce_explore"), gnu::used, gnu::aligned(4)]] const note here{8, 4, 1, "quiesce", 1};

}  // namespace

bool is_instrumented(std::string& why) {
  bool has_sanitizer = false;
  ::dl_iterate_phdr(look_for_sanitizer, &has_sanitizer);
  if (has_sanitizer) {
    why =
        "the program was linked with the sanitizer's own runtime: leave -fsanitize=thread out of the command that "
        "links";
    return false;
  }
  if (!has_hooks) {
    why = "no file of the program was compiled with -fsanitize=thread, so that nothing it does can be seen";
    return false;
  }
  return true;
}

}  // namespace explore

extern "C" void __tsan_init() { explore::has_hooks = true; }
