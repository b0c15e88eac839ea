#pragma once

namespace explore {

/// Whether this process is a program that is explored as a whole and has not come to main() yet: what its global objects
/// allocate is the program's, and is put back before each execution.
bool program_is_starting() noexcept;

}  // namespace explore
