#pragma once

#include <string>

namespace explore {

/// Whether the program was built so that it can be explored; if not, `why` says what is wrong, and how to build it.
bool is_instrumented(std::string& why);

}  // namespace explore
