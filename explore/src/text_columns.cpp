#include "text_columns.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "text_events.hpp"
#include "text_layout.hpp"

namespace explore {
namespace {

constexpr std::size_t most_rows = 400;
constexpr std::size_t first_rows = 50;
constexpr std::size_t most_columns = 4;  // of threads
constexpr std::size_t most_place_width = 26;

struct table_row {
  const traced_event* event;
  std::string place;
  std::string phrase;
};

struct table_shape {
  std::size_t place_width = 5;
  bool one_column = false;
  std::vector<std::size_t> thread_widths{};
};

std::string trimmed(std::string row) {
  row.resize(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string right(std::string number, std::size_t width) {
  return number.size() < width ? std::string(width - number.size(), ' ') + number : number;
}

std::string begin_row(const table_shape& shape, const std::string& mark, const std::string& step,
                      const std::string& place) {
  return pad_to(mark, 2) + right(step, 5) + "  " + pad_to(place, shape.place_width) + "  ";
}

std::string head(const table_shape& shape) {
  std::string row = begin_row(shape, "", "step", "where");
  if (shape.one_column) return trimmed(row + pad_to("thread", 10) + " what");
  for (unsigned i = 0; i < shape.thread_widths.size(); ++i)
    row += pad_to(thread_name(i), shape.thread_widths[i]) + "  ";
  return trimmed(row);
}

std::string text_of(const table_row& row, const table_shape& shape) {
  const traced_event& event = *row.event;
  std::string text = begin_row(shape, event.deviation ? ">>" : "", std::to_string(event.position), row.place);
  if (shape.one_column) return trimmed(text + pad_to(thread_name(event.thread), 10) + " " + cut_to(row.phrase, 80));
  for (unsigned i = 0; i < event.thread; ++i) text.append(shape.thread_widths[i] + 2, ' ');
  return trimmed(text + cut_to(row.phrase, shape.thread_widths[event.thread]));
}

// As wide as their longest step, within limits.
table_shape shape_for(const std::vector<table_row>& rows, unsigned threads) {
  table_shape shape;
  shape.one_column = threads > most_columns;
  const std::size_t most_width = threads <= 2 ? 44 : 34;
  for (unsigned i = 0; i < threads; ++i) shape.thread_widths.push_back(display_width(thread_name(i)));
  for (const table_row& row : rows) {
    shape.place_width = std::clamp(display_width(row.place), shape.place_width, most_place_width);
    std::size_t& width = shape.thread_widths[row.event->thread];
    width = std::clamp(display_width(row.phrase), width, most_width);
  }
  return shape;
}

// Of many events those from `pause` up to `resume` are left out.
struct left_out {
  std::size_t pause, resume;
};

left_out leave_out(std::size_t events) {
  if (events <= most_rows) return {events, events};
  return {first_rows, events - (most_rows - first_rows)};
}

std::string counted(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

std::size_t events_in(const execution_trace& trace) {
  return std::min<std::size_t>(trace.events_seen, most_traced_events);
}

unsigned threads_in(const execution_trace& trace) {
  unsigned threads = trace.threads;
  for (std::size_t i = 0; i < events_in(trace); ++i) threads = std::max(threads, trace.events[i].thread + 1u);
  for (unsigned i = 0; i < std::min(trace.accesses, 2u); ++i) threads = std::max(threads, trace.access[i].thread + 1u);
  return std::min<unsigned>(threads, most_threads);
}

std::string interleaving(const execution_trace& trace, trace_places& places, object_names& names) {
  const std::size_t events = events_in(trace);
  if (events == 0) return {};
  const left_out gap = leave_out(events);
  std::vector<table_row> rows;
  bool deviates = false;
  for (std::size_t i = 0; i < events; ++i) {
    const traced_event& event = trace.events[i];
    if ((i >= gap.pause && i < gap.resume) || event.thread >= most_threads) continue;
    rows.push_back({&event, places.short_place(event.stack), phrase_of(event, names)});
    deviates = deviates || event.deviation;
  }

  const table_shape shape = shape_for(rows, threads_in(trace));
  std::string text = head(shape);
  for (const table_row& row : rows) {
    if (gap.resume > gap.pause && row.event == &trace.events[gap.resume]) {
      text += "  … " + counted(gap.resume - gap.pause, "step") + " left out …\n";
    }
    text += text_of(row, shape);
  }
  if (trace.events_seen > events) {
    text += "  … " + counted(trace.events_seen - events, "further step") + " not recorded …\n";
  }
  if (deviates)
    text +=
        ">> here the search left its default: the running thread goes on for its turn, else the lowest-numbered one\n";
  return text;
}

}  // namespace explore
