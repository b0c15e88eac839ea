/// Atomic operations that the explorer does not see, since the program has them in assembly, for which the compiler emits no
/// calls, or in code that was compiled without them: a lock that is made of them orders accesses that look like a race.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "symbols.hpp"

namespace explore {

/// The addresses of the atomic instructions in the output of `objdump -d --no-show-raw-insn`, but for those in functions that
/// call others and never the explorer: whole libraries are compiled so, and few of their atomic operations are locks.
std::vector<std::uintptr_t> atomic_instructions(std::string_view disassembly);

/// "ck_spinlock/fas.h:77", the first such place in the program; empty if there is none, or nobody can tell.
std::string place_of_unseen_atomic(symbols&);

}  // namespace explore
