#pragma once

namespace quiesce::inline v0::os {

/// How many processors the calling thread may run on, by its affinity mask; at least one. Threads inherit the mask from
/// the one that starts them, so this holds for the threads that the caller would start. A quota of processor time is
/// not looked at.
unsigned usable_processors() noexcept;

}  // namespace quiesce::inline v0::os
