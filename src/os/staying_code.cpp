#include "os/staying_code.hpp"

#include <dlfcn.h>
#include <link.h>

namespace quiesce::inline v0::os {

staying_code::staying_code() noexcept {
  static const char within = 0;
  dl_find_object found;
  if (_dl_find_object(const_cast<char*>(&within), &found) != 0) return;
  const char* const name = found.dlfo_link_map->l_name;
  if (name == nullptr || *name == '\0') return;  // the program
  // By its name: the loader compares names first, and so finds the object though its file has been replaced.
  void* const handle = ::dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  if (handle != nullptr) ::dlclose(handle);
}

}  // namespace quiesce::inline v0::os
