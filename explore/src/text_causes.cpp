#include "text_causes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "text_columns.hpp"
#include "text_events.hpp"

namespace explore {
namespace {

bool takes(op what) {
  switch (what) {
    case op::sem_wait:
    case op::sem_try_wait:
    case op::sem_timed_wait:
    case op::once_enter:
    case op::descriptor_read:
    case op::descriptor_wait: return true;
    default: return takes_lock(what);
  }
}

// What makes it possible for another thread to take the object.
bool gives(op what) {
  switch (what) {
    case op::unlock:
    case op::rw_unlock:
    case op::sem_post:
    case op::once_done:
    case op::descriptor_write: return true;
    default: return false;
  }
}

class causes {
 public:
  explicit causes(const execution_trace& trace) : trace_(trace), of_(events_in(trace), no_cause) {}

  std::vector<std::size_t> all() {
    for (std::size_t at = 0; at < of_.size(); ++at) {
      const traced_event& event = trace_.events[at];
      const std::size_t found = cause_of(event);
      if (found != no_cause && trace_.events[found].thread != event.thread) of_[at] = found;
      remember(event, at);
    }
    return of_;
  }

 private:
  std::size_t cause_of(const traced_event& event) {
    if (reads_value(event.what)) return store_read_by(event);
    if (takes(event.what)) return event.how == outcome::done ? known(given_, event.object) : no_cause;
    switch (event.what) {
      case op::cond_woken:
      case op::futex_woken: return event.how == outcome::done ? wake_of(event) : no_cause;
      case op::thread_start: return known(created_, event.thread);
      case op::thread_join: return known(ended_, event.other_thread);
      default: return no_cause;
    }
  }

  // The newest store of the value; for a stale load that is not the newest of all.
  std::size_t store_read_by(const traced_event& event) {
    const std::vector<std::size_t>& all = stores_[event.object];
    for (std::size_t i = all.size(); i-- > 0;) {
      if (event.is_stale && i + 1 == all.size()) continue;
      if (trace_.events[all[i]].after != event.before) continue;
      return seen_.insert({event.thread, all[i]}).second ? all[i] : no_cause;
    }
    return no_cause;
  }

  // By name, or as one of all that waited.
  std::size_t wake_of(const traced_event& event) {
    const std::vector<std::size_t>& all = wakes_[event.object];
    const auto fits = [&](std::size_t at) {
      const traced_event& wake = trace_.events[at];
      return woken_by(wake) == event.thread || (wake.what != op::cond_signal && woken_by(wake) >= 0);
    };
    const auto found = std::find_if(all.rbegin(), all.rend(), fits);
    return found == all.rend() ? no_cause : *found;
  }

  template <class Map>
  static std::size_t known(const Map& where, typename Map::key_type key) {
    const auto found = where.find(key);
    return found == where.end() ? no_cause : found->second;
  }

  void remember(const traced_event& event, std::size_t at) {
    const bool writes = event.what >= op::store && event.what <= op::compare_exchange && event.how == outcome::done;
    if (writes) stores_[event.object].push_back(at);
    // Given back while it waits on a condition variable, a mutex has no step that tells so.
    if (event.what == op::lock && event.how == outcome::done) given_.erase(event.object);
    if (gives(event.what)) given_[event.object] = at;
    if (is_wake_up(event)) wakes_[event.object].push_back(at);
    if (event.what == op::thread_create) created_[event.other_thread] = at;
    if (event.what == op::thread_exit) ended_[event.thread] = at;
  }

  const execution_trace& trace_;
  std::vector<std::size_t> of_;
  std::map<std::uintptr_t, std::vector<std::size_t>> stores_, wakes_;
  std::map<std::uintptr_t, std::size_t> given_;
  std::map<unsigned, std::size_t> created_, ended_;
  std::set<std::pair<unsigned, std::size_t>> seen_;
};

}  // namespace

std::vector<std::size_t> causes_in(const execution_trace& trace) { return causes(trace).all(); }

}  // namespace explore
