#include "terminal.hpp"

#include <fcntl.h>

#include "file_descriptor.hpp"

namespace quiesce_tool {

bool terminal::is_there() noexcept {
  return static_cast<bool>(file_descriptor{::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)});
}

}  // namespace quiesce_tool
