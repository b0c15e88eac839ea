/// How an execution came to its end, in sentences: who came in between, what was read last and who had stored it, who holds
/// what since when.
#pragma once

#include <string>

#include "text_names.hpp"
#include "text_places.hpp"
#include "trace.hpp"

namespace explore {

class story {
 public:
  story(const execution_trace& trace, trace_places& places, object_names& names)
      : trace_(trace), places_(places), names_(names) {}

  // Each a sentence with a space before it, or nothing if there is nothing to tell.

  /// "Between main's step 1 (...) and its step 6 (...) thread 1 made its steps 2 to 5.": of the last two deviations.
  std::string interruptions();
  /// "It had last read balance == -60 in step 8, which main had stored in step 6 at ..."
  std::string last_read(unsigned thread);
  /// The first of each thread and object. "In step 8 thread 1 read wants == 0, which is stale: main had stored 1 in step 1 at ..."
  std::string stale_reads();
  /// "Nobody has ever changed resumed."; or who did so last, and when.
  std::string last_change(std::uintptr_t object);

  // Parts of sentences.

  /// ", locked in step 3 at ...", or nothing if that was not recorded.
  std::string since(unsigned thread, std::uintptr_t lock);
  /// " at bank.cpp:8, where it finds other == 1, which thread 1 stored in step 3 at ..."
  std::string loop_of(unsigned thread);

 private:
  [[nodiscard]] const traced_event* last_store(std::uintptr_t object, std::size_t before) const;
  [[nodiscard]] std::size_t last_read_by(unsigned thread) const;
  std::string value_read(const traced_event& event);
  std::string at(const call_stack& stack);
  std::string told(const traced_event& event);
  std::string interruption(std::size_t which);

  const execution_trace& trace_;
  trace_places& places_;
  object_names& names_;
};

}  // namespace explore
