#include "instrumented.hpp"

#include <link.h>
#include <sys/syscall.h>

#include <cstring>

#include "real.hpp"

// A function that only the sanitizer's runtime has.
extern "C" [[gnu::weak]] int __tsan_get_report_data(...);

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

// The two runtimes take the same functions over, so that a program with both does not even come to its main().
void refuse_sanitizer() noexcept {
  if (&__tsan_get_report_data == nullptr) return;
  static constexpr char why[] =
      "explore: the program was linked with the sanitizer's own runtime: leave -fsanitize=thread out of the command "
      "that "
      "links\n";
  kernel(SYS_write, 2, argument(why), sizeof why - 1);
  kernel(SYS_exit_group, 2);
}
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_all_constructors)() = refuse_sanitizer;

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
