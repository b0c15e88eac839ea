#pragma once
#include "quiesce/wait.hpp"

namespace support {

/// Whether the object was signalled: takes it as a wait does that does not block.
inline bool take(quiesce::handle_ref object) { return static_cast<bool>(quiesce::try_wait(object)); }

}  // namespace support
