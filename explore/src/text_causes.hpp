/// Which step of another thread a step answers to: the store that a load has read, the unlock before a lock, the notification
/// that has woken, the end that was joined.
#pragma once

#include <cstddef>
#include <vector>

#include "trace.hpp"

namespace explore {

inline constexpr std::size_t no_cause = static_cast<std::size_t>(-1);

/// For each recorded event the index of the one that it answers to, or no_cause. Of several reads of one store by one thread
/// only the first has it.
std::vector<std::size_t> causes_in(const execution_trace&);

}  // namespace explore
