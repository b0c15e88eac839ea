#include "text_events.hpp"

#include <string.h>

#include <cstdio>

namespace explore {
namespace {

// std::memory_order, as its values are numbered. The default order is left out, as it is in code.
const char* order_name(std::uint8_t order) {
  static constexpr const char* names[] = {"relaxed", "consume", "acquire", "release", "acq_rel"};
  return order < std::size(names) ? names[order] : "";
}

std::string time_text(std::uint64_t nanoseconds) {
  char text[40];
  const auto count = static_cast<double>(nanoseconds);
  if (nanoseconds < 1'000) {
    std::snprintf(text, sizeof text, "%.0f ns", count);
  } else if (nanoseconds < 1'000'000) {
    std::snprintf(text, sizeof text, "%.6g us", count / 1e3);
  } else if (nanoseconds < 1'000'000'000) {
    std::snprintf(text, sizeof text, "%.6g ms", count / 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.6g s", count / 1e9);
  }
  return text;
}

// The name of the member function or call, for operations that have one.
const char* call_of(op what) {
  switch (what) {
    case op::load: return "load";
    case op::store: return "store";
    case op::exchange: return "exchange";
    case op::fetch_add: return "fetch_add";
    case op::fetch_sub: return "fetch_sub";
    case op::fetch_and: return "fetch_and";
    case op::fetch_or: return "fetch_or";
    case op::fetch_xor: return "fetch_xor";
    case op::fetch_nand: return "fetch_nand";
    case op::compare_exchange: return "compare_exchange";
    case op::lock:
    case op::write_lock: return "lock";
    case op::try_lock:
    case op::try_write_lock: return "try_lock";
    case op::timed_lock:
    case op::timed_write_lock: return "try_lock_until";
    case op::unlock:
    case op::rw_unlock: return "unlock";
    case op::read_lock: return "lock_shared";
    case op::try_read_lock: return "try_lock_shared";
    case op::timed_read_lock: return "try_lock_shared_until";
    case op::cond_wait:
    case op::cond_woken:
    case op::cond_timed_out:
    case op::barrier_wait: return "wait";
    case op::cond_signal: return "notify_one";
    case op::cond_broadcast: return "notify_all";
    case op::sem_wait: return "acquire";
    case op::sem_try_wait: return "try_acquire";
    case op::sem_timed_wait: return "try_acquire_until";
    case op::sem_post: return "release";
    default: return nullptr;
  }
}

std::string atomic_phrase(const traced_event& event, object_names& names) {
  const std::string order = order_name(event.order);
  const auto value = [&](std::uint64_t number) { return names.value(number, event.size); };
  std::string text = names.callee(event.object) + "." + call_of(event.what);
  switch (event.what) {
    case op::load:
      text += "(" + order + ") -> " + value(event.before);
      return event.is_stale ? text + " (stale, newest is " + value(event.after) + ")" : text;
    case op::store: return text + "(" + value(event.after) + (order.empty() ? "" : ", " + order) + ")";
    default: break;
  }
  if (!order.empty()) text += "(" + order + ")";
  if (event.how == outcome::failed) return text + " failed, found " + value(event.before);
  return text + " " + value(event.before) + " -> " + value(event.after);
}

bool is_atomic(op what) { return what >= op::load && what <= op::compare_exchange; }

// A futex's word is an int, and the value that the caller expects in it is what the step has read.
std::string futex_phrase(const traced_event& event, object_names& names) {
  const std::string word = names.name(event.object);
  if (event.what == op::futex_wake) return "futex_wake(" + word + ")";
  std::string text = "futex_wait(" + word;
  if (event.what == op::futex_wait) text += ", " + names.value(event.before, 4);
  return text + ")";
}

std::string thread_phrase(const traced_event& event) {
  switch (event.what) {
    case op::thread_create: return "create " + thread_name(event.other_thread);
    case op::thread_start: return "start";
    case op::thread_exit: return "end";
    case op::thread_join: return "join " + thread_name(event.other_thread);
    case op::thread_detach: return "detach " + thread_name(event.other_thread);
    default: return {};
  }
}

const char* descriptor_call_name(const traced_event& event) {
  switch (static_cast<descriptor_function>(event.size)) {
    case descriptor_function::epoll_wait: return "epoll_wait";
    case descriptor_function::poll: return "poll";
    case descriptor_function::epoll_ctl: return "epoll_ctl";
    case descriptor_function::timerfd_settime: return "timerfd_settime";
    case descriptor_function::timerfd_gettime: return "timerfd_gettime";
    case descriptor_function::dup: return "dup";
    case descriptor_function::fcntl: return "fcntl";
  }
  return "call";
}

const char* signal_call_name(const traced_event& event) {
  switch (static_cast<signal_function>(event.size)) {
    case signal_function::sigaction: return "sigaction";
    case signal_function::signal: return "signal";
    case signal_function::pthread_sigmask: return "pthread_sigmask";
    case signal_function::sigprocmask: return "sigprocmask";
    case signal_function::sigpending: return "sigpending";
    case signal_function::sigtimedwait: return "sigtimedwait";
    case signal_function::sigwaitinfo: return "sigwaitinfo";
    case signal_function::sigwait: return "sigwait";
    case signal_function::ppoll: return "ppoll";
    case signal_function::pselect: return "pselect";
    case signal_function::epoll_pwait: return "epoll_pwait";
    case signal_function::epoll_pwait2: return "epoll_pwait2";
    case signal_function::write: return "write";
    case signal_function::writev: return "writev";
  }
  return "call";
}

std::string signal_phrase(const traced_event& event) {
  const auto signal = static_cast<int>(event.after);
  const char* const known = ::sigabbrev_np(signal);
  return std::string(signal_call_name(event)) + "(" +
         (known != nullptr ? "SIG" + std::string(known) : std::to_string(signal)) + ")";
}

std::string other_phrase(const traced_event& event, object_names& names) {
  const auto on = [&](const char* call) { return std::string(call) + "(" + names.name(event.object) + ")"; };
  switch (event.what) {
    case op::none: return "nothing";
    case op::fence: return "fence(" + std::string(event.order < 5 ? order_name(event.order) : "seq_cst") + ")";
    case op::once_enter: return on("call_once");
    case op::once_done: return on("call_once") + " done";
    case op::clock_read: return "clock -> " + time_text(event.time);
    case op::sleep: return "sleep until " + time_text(event.after);
    case op::yield: return "yield()";
    case op::descriptor_wait:
    case op::descriptor_read: {
      const std::string call = on(event.what == op::descriptor_read ? "read" : descriptor_call_name(event));
      return event.how == outcome::done ? call + " -> " + std::to_string(event.before) : call;
    }
    case op::descriptor_write: return "write(" + names.name(event.object) + ", " + std::to_string(event.after) + ")";
    case op::descriptor_control: return on(descriptor_call_name(event));
    case op::descriptor_close: return on("close");
    case op::signal_action: return signal_phrase(event);
    case op::plain_read: return "read " + names.name(event.object);
    case op::plain_write: return "write " + names.name(event.object);
    case op::heap_free: return "free " + names.name(event.object);
    case op::heap_allocate:
      return "allocate " + std::to_string(event.before) + " bytes -> " + names.name(event.object) +
             (event.after != 0 ? ", freed before" : "");
    case op::operation_begin: return "operation begins, " + names.name(event.object);
    case op::operation_end: return "operation ends, " + names.name(event.object);
    case op::choose: return "choose(" + std::to_string(event.before) + ") -> " + std::to_string(event.after);
    default: return "step of kind " + std::to_string(static_cast<unsigned>(event.what));
  }
}

bool is_futex(op what) { return what >= op::futex_wait && what <= op::futex_wake; }
bool is_thread(op what) { return what >= op::thread_create && what <= op::thread_detach; }

bool is_descriptor_call(op what) { return what >= op::descriptor_wait && what <= op::descriptor_close; }

bool answers_whether(op what) {
  switch (what) {
    case op::try_lock:
    case op::try_read_lock:
    case op::try_write_lock:
    case op::sem_try_wait: return true;
    default: return false;
  }
}

std::string ending_of(const traced_event& event) {
  if (is_wake_up(event)) {
    const int woken = woken_by(event);
    if (woken >= 0) return " wakes " + thread_name(static_cast<unsigned>(woken));
    return event.what == op::sem_post ? "" : " wakes nobody";
  }
  switch (event.what) {
    case op::cond_woken:
    case op::futex_woken: return event.how == outcome::failed ? " wakes for no reason" : " woken";
    case op::cond_timed_out:
    case op::futex_timed_out: return " times out";
    default: break;
  }
  switch (event.how) {
    case outcome::done: return answers_whether(event.what) ? " -> true" : "";
    case outcome::failed: return answers_whether(event.what) ? " -> false" : " failed";
    case outcome::timed_out: return " times out";
    case outcome::would_block:
      if (event.what == op::futex_wait) return " returns at once";
      return event.what == op::descriptor_wait ? " -> 0" : is_descriptor_call(event.what) ? " -> EAGAIN" : " -> false";
    case outcome::blocked: return " blocks";
  }
  return {};
}

}  // namespace

std::string phrase_of(const traced_event& event, object_names& names) {
  if (is_atomic(event.what)) return atomic_phrase(event, names);
  if (is_futex(event.what)) return futex_phrase(event, names) + ending_of(event);
  if (is_thread(event.what)) return thread_phrase(event) + ending_of(event);
  if (const char* call = call_of(event.what)) return names.callee(event.object) + "." + call + "()" + ending_of(event);
  return other_phrase(event, names) + ending_of(event);
}

bool reads_value(op what) { return what == op::load || (what >= op::exchange && what <= op::compare_exchange); }

bool takes_lock(op what) {
  switch (what) {
    case op::lock:
    case op::try_lock:
    case op::timed_lock:
    case op::read_lock:
    case op::try_read_lock:
    case op::write_lock:
    case op::try_write_lock:
    case op::timed_read_lock:
    case op::timed_write_lock: return true;
    default: return false;
  }
}

bool changes_value(const traced_event& event) {
  const bool writes = event.what >= op::store && event.what <= op::compare_exchange;
  return writes && event.how == outcome::done && (event.what == op::store || event.before != event.after);
}

bool is_wake_up(const traced_event& event) {
  switch (event.what) {
    case op::cond_signal:
    case op::cond_broadcast:
    case op::futex_wake:
    case op::sem_post: return true;
    default: return false;
  }
}

// No thread wakes itself: where the field names the waking one it was never filled in, as with main's 0.
int woken_by(const traced_event& event) {
  return event.other_thread < most_threads && event.other_thread != event.thread ? event.other_thread : -1;
}

}  // namespace explore
