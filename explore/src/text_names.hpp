/// Names for the objects of a recorded execution, the same in every run of a schedule: variables by their symbol, locks by
/// kind and order, the rest by the block or the stack that holds it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "symbols.hpp"
#include "text_places.hpp"
#include "trace.hpp"

namespace explore {

/// "main", "thread 2".
std::string thread_name(unsigned thread);

class object_names {
 public:
  object_names(const execution_trace&, const symbols&, trace_places&);

  /// "counter", "mutex 1", "heap block 3 +16", "stack of main +24", "tally of thread 1", or the bare address.
  std::string name(std::uintptr_t address);

  /// As it stands before a member access: "(heap block 3 +16)" for ".load()".
  std::string callee(std::uintptr_t address);

  /// A value of `size` bytes: a number, or what it points to.
  std::string value(std::uint64_t value, unsigned size);

  /// What name() has called by kind, and blocks that it has named: where each lies and where it was allocated.
  std::string legend();
  /// All of its lines.
  std::vector<std::string> legend_lines();

  /// "heap block 3: 32 bytes, allocated by main", and the stack. Empty for what is not on the heap.
  std::string allocation(std::uintptr_t address);

 private:
  void number_objects();
  void number_object(const char* kind, std::uintptr_t address);
  void note_stack_address(std::uintptr_t address);

  [[nodiscard]] std::string variable(std::uintptr_t address) const;
  [[nodiscard]] const traced_block* block_of(std::uintptr_t address) const;
  [[nodiscard]] int stack_of(std::uintptr_t address) const;
  std::string location(std::uintptr_t address);

  const execution_trace& trace_;
  const symbols& symbols_;
  trace_places& places_;
  std::map<std::uintptr_t, std::string> numbered_;
  std::map<std::string, unsigned> count_;                     // of each kind
  std::uintptr_t lowest_[most_threads] = {};                  // on each thread's stack, of those that the trace names
  std::map<std::string, std::uintptr_t> used_;                // numbered objects that name() has told
  std::map<std::uint32_t, const traced_block*> used_blocks_;  // by number
};

}  // namespace explore
