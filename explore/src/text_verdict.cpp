#include "text_verdict.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "text_columns.hpp"
#include "text_events.hpp"
#include "text_story.hpp"
#include "text_waiting.hpp"

namespace explore {
namespace {

std::string at_place(const std::string& place) { return place.empty() ? "" : " at " + place; }

// A thread's name may begin a sentence; main is a function's name, and stays as it is.
std::string with_capitals(std::string text) {
  constexpr std::string_view name = "thread ";
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    if (at == 0 || (at >= 2 && text[at - 1] == ' ' && text[at - 2] == '.')) text[at] = 'T';
  }
  return text;
}

class conclusion {
 public:
  conclusion(const execution_trace& trace, trace_places& places, object_names& names)
      : trace_(trace),
        places_(places),
        names_(names),
        story_(trace, places, names),
        failed_(thread_name(trace.failed_thread)) {}

  std::string about(verdict);

 private:
  std::string data_race();
  std::string use_after_free();
  std::string double_free();
  std::string bad_free();
  std::string deadlock();
  std::string lost_wake_up();
  std::string blocked();
  std::string livelock();
  std::string step_limit();
  std::string because();
  std::string broken_expectation();
  std::string uncaught_exception();
  std::string how_it_came();
  std::string bad_use();
  std::string story_of_sleeper(unsigned thread);

  [[nodiscard]] bool has_both_accesses() const { return trace_.accesses >= 2; }
  std::string access(unsigned which) {
    return thread_name(trace_.access[which].thread) + " " + access_phrase(trace_.access[which], names_);
  }
  std::string place(const call_stack& stack) { return at_place(places_.place(stack)); }
  std::string failed_place() { return place(trace_.where); }
  std::string step(const traced_event& event) { return "step " + std::to_string(event.position); }

  const execution_trace& trace_;
  trace_places& places_;
  object_names& names_;
  story story_;
  std::string failed_;
};

std::string conclusion::data_race() {
  if (!has_both_accesses()) return "Two threads use the same memory, one of them writes, and nothing orders the two.";
  const std::string both =
      access(1) + place(trace_.access[1].stack) + ", and " + access(0) + place(trace_.access[0].stack) + ". ";
  if (places_.is_in_atomic_shared_pointer(trace_.access[0].stack) &&
      places_.is_in_atomic_shared_pointer(trace_.access[1].stack)) {
    return both +
           "Both do so inside the standard library's header, in std::_Sp_atomic, which is how libstdc++ makes a "
           "std::atomic of a std::shared_ptr: who has only read gives the lock in it back in relaxed order, so nothing "
           "orders the read before the next change. In the terms of the language that is a race, and it is the "
           "library's: the program may use such an object from several threads, and need not protect it. To explore "
           "what else the program does, put a std::mutex and a plain std::shared_ptr in its place.";
  }
  const std::string unseen = places_.unseen_atomic();
  const std::string doubt =
      unseen.empty()
          ? ""
          : " But the program has atomic instructions that are not seen, as they stand in assembly or in code "
            "without the explorer's options, at " +
                unseen + " among others: if they make a lock that both threads hold here, this is no race.";
  return both +
         "Nothing orders these two: no mutex that both hold, no release that an acquire has seen, no start or join "
         "of a thread; so they may happen at the same time, and the program has no defined meaning, whatever values "
         "were seen here. Guard both by one mutex, make the object atomic, or let one thread wait for the other." +
         doubt;
}

std::string conclusion::use_after_free() {
  if (!has_both_accesses()) return failed_ + " uses memory" + failed_place() + " that has been freed.";
  return access(1) + place(trace_.access[1].stack) + ", and then " + access(0) + place(trace_.access[0].stack) +
         ". Nothing made the one who frees wait until the memory was no longer used.";
}

std::string conclusion::double_free() {
  if (!has_both_accesses()) return failed_ + " frees memory" + failed_place() + " that has been freed before.";
  return access(1) + place(trace_.access[1].stack) + ", and then " + access(0) + " again" +
         place(trace_.access[0].stack) + ". Both took themselves for the last owner.";
}

std::string conclusion::bad_free() {
  const std::string what = trace_.accesses > 0 ? access(0) : failed_ + " frees an address";
  return what + failed_place() + ", which is not the beginning of a block that was allocated.";
}

std::string conclusion::because() {
  const std::string message = message_of(trace_);
  return message.empty() ? "" : ": " + message;
}

// The part of assert()'s message that its reader does not know from the place.
std::string conclusion::broken_expectation() {
  const std::string message = message_of(trace_);
  const std::size_t begin = message.find('`');
  const std::size_t end = message.rfind('\'');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return "expectation";
  return "expectation " + message.substr(begin, end - begin + 1);
}

std::string conclusion::uncaught_exception() {
  std::string text = "An exception left " + failed_;
  if (const std::string place = places_.file_and_line(trace_.where); !place.empty()) text += ", thrown at " + place;
  return text + (because().empty() ? ", and nothing caught it" : because()) + ".";
}

std::string conclusion::how_it_came() {
  const std::string stale = story_.stale_reads();
  return stale.empty() ? story_.interruptions() : stale;
}

std::string conclusion::bad_use() {
  std::string text = failed_ + " broke a rule of what it called" + failed_place() + because() + ".";
  for (const unsigned thread : unfinished_threads(trace_)) {
    if (thread == trace_.failed_thread || trace_.thread[thread].waits_for == op::none) continue;
    const std::string phrase = waiting_phrase(trace_, thread, names_);
    if (phrase.ends_with("can go on")) continue;
    text += " " + phrase + place(trace_.thread[thread].stack) + ".";
  }
  return text + how_it_came();
}

std::string conclusion::deadlock() {
  const std::vector<unsigned> ring = waiting_ring(trace_);
  if (!ring.empty()) return ring_in_words(trace_, ring, names_, story_);
  return blocked();
}

// What happened to a sleeper's word: who changed it after the sleep began, and when it was woken last.
std::string conclusion::story_of_sleeper(unsigned thread) {
  const traced_thread& state = trace_.thread[thread];
  const traced_event *slept = nullptr, *changed = nullptr, *woke = nullptr;
  for (std::size_t i = 0; i < events_in(trace_); ++i) {
    const traced_event& event = trace_.events[i];
    if (event.object != state.object) continue;
    if (event.thread == thread && event.what == state.waits_for) {
      slept = &event;
      changed = nullptr;
    } else if (changes_value(event)) {
      changed = &event;
    } else if (is_wake_up(event)) {
      woke = &event;
    }
  }
  std::string text;
  if (slept == nullptr) return text;
  const std::string object = names_.name(state.object);
  if (changed != nullptr) {
    text += " " + thread_name(changed->thread) + " changed " + object + " in " + step(*changed) +
            place(changed->stack) + ", after " + thread_name(thread) + " had gone to sleep in " + step(*slept) + ".";
  }
  if (changed == nullptr && state.waits_for == op::futex_wait) text += story_.last_change(state.object);
  if (woke == nullptr) return text + " Nobody has ever woken a thread on " + object + ".";
  text += " The last wake-up of " + object + " was " + step(*woke) + " by " + thread_name(woke->thread) +
          place(woke->stack);
  if (woke < slept) return text + ", before " + thread_name(thread) + " slept.";
  if (woken_by(*woke) >= 0) text += "; it went to " + thread_name(static_cast<unsigned>(woken_by(*woke)));
  return text + ".";
}

std::string conclusion::lost_wake_up() {
  std::string text;
  for (const unsigned thread : unfinished_threads(trace_)) {
    const op waits_for = trace_.thread[thread].waits_for;
    if (waits_for != op::futex_wait && waits_for != op::cond_wait) continue;
    if (!text.empty()) text += " ";
    text += waiting_phrase(trace_, thread, names_) + ".";
    text += story_of_sleeper(thread);
  }
  return text + story_.stale_reads() + " No thread is left that could wake the sleepers.";
}

std::string conclusion::blocked() {
  std::string text = "Every thread that is left waits, and none of them can end another's wait.";
  for (const unsigned thread : unfinished_threads(trace_)) {
    if (trace_.thread[thread].waits_for != op::cond_wait && trace_.thread[thread].waits_for != op::futex_wait) continue;
    text += " " + waiting_phrase(trace_, thread, names_) + "." + story_of_sleeper(thread);
  }
  return text + how_it_came();
}

std::string conclusion::livelock() {
  std::string text =
      "The threads that are left go round and find the same values each time: nothing that one of them writes ends "
      "another's loop.";
  for (const unsigned thread : unfinished_threads(trace_)) {
    const op waits_for = trace_.thread[thread].waits_for;
    const bool waits = waits_for == op::thread_join || waits_for == op::cond_wait || waits_for == op::futex_wait ||
                       waits_for == op::lock;
    text += " " +
            (waits ? waiting_phrase(trace_, thread, names_)
                   : thread_name(thread) + " goes round" + story_.loop_of(thread)) +
            ".";
  }
  return text;
}

// The place of most steps, which is the loop that does not end.
std::string conclusion::step_limit() {
  std::map<std::pair<unsigned, std::string>, std::size_t> steps;
  const std::pair<const std::pair<unsigned, std::string>, std::size_t>* most = nullptr;
  for (std::size_t i = 0; i < events_in(trace_); ++i) {
    auto& entry = *steps.try_emplace({trace_.events[i].thread, places_.place(trace_.events[i].stack)}).first;
    ++entry.second;
    if (most == nullptr || entry.second > most->second) most = &entry;
  }
  std::string text = "The execution did not end within its " + std::to_string(trace_.events_seen) + " steps.";
  if (most == nullptr) return text;
  return text + " Most of them, " + std::to_string(most->second) + ", were taken by " + thread_name(most->first.first) +
         at_place(most->first.second) +
         ". If the program is right, and only long, raise options::steps; if that is a loop that waits for another "
         "thread, it needs something that tells so: a yield, a sleep, or a blocking wait.";
}

std::string conclusion::about(verdict kind) {
  switch (kind) {
    case verdict::passed: return "Nothing.";
    case verdict::failed_assertion:
      return failed_ + " found its " + broken_expectation() + " broken" + failed_place() + "." +
             story_.last_read(trace_.failed_thread) + how_it_came();
    case verdict::uncaught_exception: return uncaught_exception() + how_it_came();
    case verdict::terminated:
      return failed_ + " called std::terminate()" + failed_place() +
             ", without an exception: that is what the destructor of a std::thread does which nobody has joined, and "
             "an "
             "exception that leaves a noexcept function or another exception's destructor." +
             how_it_came();
    case verdict::died_by_signal:
      return failed_ + " crashed" + failed_place() + because() + "." + story_.last_read(trace_.failed_thread) +
             how_it_came();
    case verdict::failed_exit:
      return failed_ + " ended the program" + failed_place() + " with a status that is not 0" + because() + "." +
             story_.last_read(trace_.failed_thread) + how_it_came();
    case verdict::deadlock: return deadlock();
    case verdict::lost_wake_up: return lost_wake_up();
    case verdict::blocked: return blocked();
    case verdict::livelock: return livelock();
    case verdict::step_limit: return step_limit();
    case verdict::no_progress:
      return failed_ + " has run" + failed_place() +
             " for as long as the watchdog allows without a step. A loop that waits for a "
             "variable that is neither atomic nor volatile reads it once, and never again.";
    case verdict::data_race: return data_race();
    case verdict::use_after_free: return use_after_free();
    case verdict::double_free: return double_free();
    case verdict::bad_free: return bad_free();
    case verdict::bad_use: return bad_use();
    case verdict::not_deterministic:
      return "The same schedule took another course" + failed_place() +
             ". The program depends on more than the order of "
             "its threads: on real time, on addresses, on random numbers, or on memory from before the exploration.";
    case verdict::not_modelled: return failed_ + " did" + failed_place() + " what cannot be explored here.";
    case verdict::not_reached: return "No execution came to a state that options::must_reach names.";
    case verdict::not_instrumented:
      return "The explorer sees no step of this program: compile it with -fsanitize=thread, and link it with the "
             "explorer "
             "instead of the sanitizer.";
    case verdict::bad_schedule:
      return "The schedule cannot be replayed: it is none, or it belongs to another program or to another build of it.";
    case verdict::leak:
      if (trace_.where.depth == 0) return "What the system keeps of " + failed_ + " is given back by nobody.";
      return "What " + failed_ + " allocated" + failed_place() +
             " was never freed, and when all threads had ended no variable led to it any more.";
  }
  return "The verdict has no description.";
}

}  // namespace

std::string what_went_wrong(const execution_trace& trace, verdict kind, trace_places& places, object_names& names) {
  return with_capitals(conclusion(trace, places, names).about(kind));
}

}  // namespace explore
