#include "text_waiting.hpp"

#include <algorithm>

#include "text_columns.hpp"

namespace explore {
namespace {

int waited_for(const traced_thread& thread) {
  return thread.other_thread < most_threads ? static_cast<int>(thread.other_thread) : -1;
}

bool waits_for_holder(op what) {
  switch (what) {
    case op::lock:
    case op::timed_lock:
    case op::read_lock:
    case op::write_lock:
    case op::timed_read_lock:
    case op::timed_write_lock:
    case op::once_enter: return true;
    default: return false;
  }
}

std::string what_it_waits_for(const traced_thread& thread, object_names& names) {
  const std::string object = names.name(thread.object);
  switch (thread.waits_for) {
    case op::lock:
    case op::timed_lock: return "waits for " + object;
    case op::read_lock:
    case op::timed_read_lock: return "waits for " + object + " to read";
    case op::write_lock:
    case op::timed_write_lock: return "waits for " + object + " to write";
    case op::cond_wait: return "waits on " + object + " for a notification";
    case op::futex_wait:
      return "slept on " + object + " == " + names.value(thread.slept_on, 4) + ", which is " +
             names.value(thread.now, 4) + (thread.slept_on == thread.now ? " still" : " now");
    case op::sem_wait:
    case op::sem_timed_wait: return "waits for " + object + " to be released";
    case op::thread_join:
      return waited_for(thread) < 0 ? "waits for the end of a thread"
                                    : "waits for the end of " + thread_name(thread.other_thread);
    case op::once_enter: return "waits for the initialization of " + object;
    case op::barrier_wait: return "waits at " + object + " for the others";
    case op::descriptor_wait:
    case op::descriptor_read:
    case op::descriptor_write: return "waits for " + object + " to be ready";
    case op::sleep: return "sleeps";
    case op::load:
    case op::compare_exchange:
    case op::exchange:
    case op::signal_action:
    case op::yield: return thread.object == 0 ? "spins" : "spins on " + object;
    default: return "can go on";
  }
}

}  // namespace

std::vector<unsigned> unfinished_threads(const execution_trace& trace) {
  std::vector<unsigned> threads;
  for (unsigned i = 0; i < most_threads; ++i) {
    if (trace.thread[i].started && !trace.thread[i].ended) threads.push_back(i);
  }
  return threads;
}

std::string waiting_phrase(const execution_trace& trace, unsigned thread, object_names& names) {
  const traced_thread& state = trace.thread[thread];
  std::string text = thread_name(thread) + " " + what_it_waits_for(state, names);
  const int holder = waited_for(state);
  if (holder < 0 || !waits_for_holder(state.waits_for)) return text;
  const bool itself = static_cast<unsigned>(holder) == thread;
  text += state.waits_for == op::once_enter ? ", begun by " : ", held by ";
  return text + (itself ? "itself" : thread_name(static_cast<unsigned>(holder)));
}

std::string waiting_threads(const execution_trace& trace, trace_places& places, object_names& names) {
  std::string text;
  for (const unsigned thread : unfinished_threads(trace)) {
    const call_stack& stack = trace.thread[thread].stack;
    const std::string place = places.place(stack);
    text += "  " + waiting_phrase(trace, thread, names) + (place.empty() ? "" : ", at " + place) + "\n";
    if (stack.depth != 0) text += places.listing(stack);
  }
  return text;
}

std::vector<unsigned> waiting_ring(const execution_trace& trace) {
  for (const unsigned first : unfinished_threads(trace)) {
    std::vector<unsigned> path{first};
    for (;;) {
      const traced_thread& last = trace.thread[path.back()];
      const int next = waited_for(last);
      if (next < 0 || last.ended) break;
      if (static_cast<unsigned>(next) == first) return path;
      // A ring that `first` is not part of is found when one of its own threads is the first.
      if (std::find(path.begin(), path.end(), static_cast<unsigned>(next)) != path.end()) break;
      path.push_back(static_cast<unsigned>(next));
    }
  }
  return {};
}

std::string ring_in_words(const execution_trace& trace, const std::vector<unsigned>& ring, object_names& names,
                          story& told) {
  if (ring.size() == 1) {
    const traced_thread& state = trace.thread[ring[0]];
    std::string since = told.since(ring[0], state.object);
    if (!since.empty()) since.pop_back();
    return waiting_phrase(trace, ring[0], names) + since + ": it will not come by.";
  }
  std::string text;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const traced_thread& before = trace.thread[ring[(i + ring.size() - 1) % ring.size()]];
    const traced_thread& state = trace.thread[ring[i]];
    text += (i == 0 ? "" : "; ") + thread_name(ring[i]) + " ";
    if (waits_for_holder(before.waits_for))
      text += "holds " + names.name(before.object) + told.since(ring[i], before.object) + " and ";
    text += what_it_waits_for(state, names);
    if (waits_for_holder(state.waits_for)) text += ", which " + thread_name(state.other_thread) + " holds";
  }
  return text + ". That closes the ring: none of them can go on.";
}

}  // namespace explore
