#include <cstring>

#include "text_layout.hpp"
#include "text_verdict.hpp"
#include "text_waiting.hpp"

namespace explore {
namespace {

bool is_about_accesses(verdict kind) {
  switch (kind) {
    case verdict::data_race:
    case verdict::use_after_free:
    case verdict::double_free:
    case verdict::bad_free: return true;
    default: return false;
  }
}

bool is_about_waiting(verdict kind) {
  switch (kind) {
    case verdict::deadlock:
    case verdict::lost_wake_up:
    case verdict::blocked:
    case verdict::livelock: return true;
    default: return false;
  }
}

const char* verb_of(op what) {
  switch (what) {
    case op::plain_read: return "reads";
    case op::plain_write: return "writes";
    case op::load: return "loads (atomically)";
    case op::store: return "stores (atomically)";
    case op::heap_free: return "frees";
    default: return what >= op::exchange && what <= op::compare_exchange ? "changes (atomically)" : "uses";
  }
}

// The earlier access first: in the order of the table.
std::string accesses(const execution_trace& trace, trace_places& places, object_names& names) {
  std::string text;
  for (unsigned i = trace.accesses >= 2 ? 2 : trace.accesses; i-- > 0;) {
    const traced_access& access = trace.access[i];
    text += "  " + thread_name(access.thread) + " " + access_phrase(access, names) + "\n";
    text += places.listing(access.stack);
  }
  if (trace.accesses > 0) text += names.allocation(trace.access[0].address);
  return text;
}

}  // namespace

std::string access_phrase(const traced_access& access, object_names& names) {
  const std::string object = names.name(access.address);
  std::string text = std::string(verb_of(access.what)) + " ";
  if (access.what != op::heap_free && access.size != 0) {
    text += std::to_string(access.size) + (access.size == 1 ? " byte of " : " bytes of ");
  }
  return text + object;
}

std::string message_of(const execution_trace& trace) {
  std::string text(trace.message, ::strnlen(trace.message, sizeof trace.message));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string evidence(const execution_trace& trace, verdict kind, trace_places& places, object_names& names) {
  std::string text = indented(message_of(trace), "  ");
  if (is_about_accesses(kind) && trace.accesses > 0) return text + accesses(trace, places, names);
  if (is_about_waiting(kind)) return text + waiting_threads(trace, places, names);
  if (trace.where.depth == 0) return text;
  if (kind == verdict::leak) {
    return text + "  allocated by " + thread_name(trace.failed_thread) + "\n" + places.listing(trace.where);
  }
  return text + "  in " + thread_name(trace.failed_thread) + "\n" + places.listing(trace.where);
}

}  // namespace explore
