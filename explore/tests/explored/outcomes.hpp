/// What the threads of a small program read, in all its executions.
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "explore/explore.hpp"

namespace litmus {

// Words begin each execution at zero, as do the registers to which threads read them.
inline std::atomic<int> x, y, z;
inline constexpr unsigned most_registers = 6;
inline int r[most_registers];

using thread = void (*)();
using outcomes = std::set<std::string>;  // a digit for each register

struct program {
  std::vector<thread> threads;
  unsigned registers;
  bool has_finals = false;  // the last values of x and y stand after the registers
};

struct answer {
  explore::report found;
  outcomes seen;
};

answer explore_all(const program&, explore::options how);
explore::options with_weak_memory();

/// All numbers of so many digits below `base`, without some.
outcomes all_but(unsigned digits, const outcomes& missing, unsigned base = 2);

/// With weak memory and as many stale reads as there can be, the program has exactly these outcomes, with reduction and
/// without. `executions`: of the reduced search; 0: any number.
void expect(const program&, const outcomes& expected, unsigned long executions = 0);

}  // namespace litmus
