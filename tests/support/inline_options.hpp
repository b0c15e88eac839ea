#pragma once
#include "quiesce/registered_wait.hpp"

namespace support {

/// Of a wait whose callbacks run on the threads that signal.
inline const quiesce::wait_options inline_options{.name = "inline", .where = quiesce::run_on::signalling_thread};

}  // namespace support
