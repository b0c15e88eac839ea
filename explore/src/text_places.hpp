/// Source places of the stacks in a trace.
#pragma once

#include <string>
#include <vector>

#include "symbols.hpp"
#include "trace.hpp"

namespace explore {

class trace_places {
 public:
  explicit trace_places(symbols& names) : symbols_(names) {}

  /// Looks up all stacks of a trace in one go.
  void resolve(const execution_trace&);

  /// "explore/gallery/counter.cpp:12": the innermost place in user code, or what else is known. Empty for no stack.
  std::string place(const call_stack&);

  /// The same, but empty if no file is known.
  std::string file_and_line(const call_stack&);

  /// "counter.cpp:12", for a column.
  std::string short_place(const call_stack&);

  /// Whether an access was made by an operation of std::atomic<std::shared_ptr>, within libstdc++'s header.
  bool is_in_atomic_shared_pointer(const call_stack&);

  /// Where the program has an atomic operation that the explorer does not see; empty if it has none.
  std::string unseen_atomic();

  /// One line for each function, innermost first; the explorer's own frames are left out.
  std::string listing(const call_stack&);

  /// All of them, innermost first.
  std::vector<source_place> places(const call_stack&);

 private:
  symbols& symbols_;
};

/// Whether the innermost of these places belong to an operation of libstdc++'s std::atomic<std::shared_ptr>; its constructor
/// is none, as that must be ordered before the operations by the program.
bool is_in_atomic_shared_pointer(const std::vector<source_place>&);

/// A function's name of at most 100 columns: what stands between < and > goes first.
std::string brief_function(const std::string& name);

}  // namespace explore
