#include "text.hpp"

#include "symbols.hpp"
#include "text_columns.hpp"
#include "text_layout.hpp"
#include "text_names.hpp"
#include "text_places.hpp"
#include "text_verdict.hpp"

namespace explore {
namespace {

constexpr std::size_t paragraph_width = 100;

std::string section(const std::string& text) { return text.empty() ? "" : "\n" + text; }

}  // namespace

std::string describe(const execution_trace& trace, verdict kind, const std::string& program_name,
                     const std::string& last_lines) {
  symbols known;
  trace_places places(known);
  places.resolve(trace);
  object_names names(trace, known, places);

  const std::string table = interleaving(trace, places, names);
  const std::string shown = evidence(trace, kind, places, names);
  const std::string conclusion = what_went_wrong(trace, kind, places, names);
  // Taken last, since all of the above adds to it; shown first, beside the table.
  const std::string legend = names.legend();
  return program_name + ": " + name_of(kind) + "\n" + section(table) + legend + section(shown) +
         section(wrapped(conclusion, paragraph_width)) + section(last_lines);
}

std::string place_of(const execution_trace& trace) {
  symbols known;
  return trace_places(known).file_and_line(trace.where);
}

}  // namespace explore
