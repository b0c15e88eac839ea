/// How an execution is judged: what is said of threads that cannot go on, and how a verdict leaves the process.
#include <sys/syscall.h>
#include <unwind.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "engine.hpp"
#include "real.hpp"

namespace explore {

void engine::record(std::uint8_t watched_thread, std::uint32_t watched_access) noexcept {
  recording_ = true;
  watched_thread_ = watched_thread;
  watched_access_ = watched_access;
}

void engine::note_stack(call_stack& to, std::uintptr_t pc) noexcept {
  struct walk {
    call_stack& to;
    std::uintptr_t pc;
    bool found;
  } state{to, pc, false};
  to.depth = 0;
  const bool was_running = std::exchange(running_, false);  // the unwinder is no code under test
  ::_Unwind_Backtrace(
      [](_Unwind_Context* frame, void* given) {
        auto& walked = *static_cast<walk*>(given);
        const auto at = static_cast<std::uintptr_t>(::_Unwind_GetIP(frame));
        // In the frame of a crash the address is that of the instruction itself, and not of the one after a call.
        if (at == walked.pc || at + 1 == walked.pc) walked.found = true;
        call_stack& into = walked.to;
        if (walked.found && at != 0) {
          into.frames[into.depth] = into.depth == 0 ? walked.pc : at;
          ++into.depth;
        }
        return into.depth == most_frames ? _URC_END_OF_STACK : _URC_NO_REASON;
      },
      &state);
  running_ = was_running;
  if (to.depth == 0 && pc != 0) to.frames[to.depth++] = pc;
}

void engine::note_block(void* memory, std::size_t size, std::uintptr_t pc) noexcept {
  if (!recording_) return;
  execution_trace& trace = answer_.trace;
  const std::uint32_t number = trace.blocks_seen++;
  if (watched_thread_ == nobody && number + 1 == watched_access_) {  // a leak
    trace.access[0] = {.what = op::heap_allocate,
                       .thread = static_cast<std::uint8_t>(current_),
                       .size = 0,
                       .address = reinterpret_cast<std::uintptr_t>(memory),
                       .stack = {}};
    note_stack(trace.access[0].stack, pc);
  }
  if (number >= most_traced_blocks) return;
  traced_block& kept = trace.blocks[number];
  kept.begin = reinterpret_cast<std::uintptr_t>(memory);
  kept.size = size;
  kept.number = number + 1;
  kept.thread = static_cast<std::uint8_t>(current_);
  note_stack(kept.allocated, pc);
}

void engine::note_threads() noexcept {
  execution_trace& trace = answer_.trace;
  trace.threads = threads_;
  for (unsigned i = 0; i < threads_; ++i) {
    const logical_thread& t = thread_[i];
    const object& gate_object = objects_[t.gate_object];
    traced_thread& kept = trace.thread[i];
    kept = {};
    kept.waits_for = t.pending.what;
    kept.started = t.started;
    kept.ended = t.ended;
    kept.object = t.pending.address;
    kept.slept_on = t.slept_on;
    if (t.waits_at == gate::ended) kept.other_thread = t.gate_thread;
    if (t.waits_at == gate::lock_free || t.waits_at == gate::no_writer || t.waits_at == gate::no_sharer) {
      if (gate_object.owner != nobody) {
        kept.other_thread = gate_object.owner;
      } else if (gate_object.sharers != 0) {
        kept.other_thread = static_cast<std::uint16_t>(lowest(gate_object.sharers));
      }
    }
    if (!t.ended && t.pending.what == op::futex_wait)
      kept.now = *reinterpret_cast<const std::uint32_t*>(t.pending.address);
    kept.thread_pointer = carriers_.base(i);
    kept.stack_begin = reinterpret_cast<std::uintptr_t>(heap::stack(i));
    kept.stack_end = kept.stack_begin + stack_size;
    kept.stack = t.stack;
  }
}

void engine::fail(verdict kind, const char* format, ...) noexcept {
  stop_if_wanted();
  va_list arguments;
  va_start(arguments, format);
  running_ = false;
  std::vsnprintf(answer_.trace.message, sizeof answer_.trace.message, format, arguments);
  va_end(arguments);
  note_threads();
  answer_.trace.failed_thread = static_cast<std::uint8_t>(current_);
  if (recording_ && kind != verdict::leak) note_stack(answer_.trace.where, self().pending.pc);
  answer_.failed_thread = static_cast<std::uint8_t>(current_);
  answer_.is_recorded = recording_;
  answer_.kind = kind;
  answer_.has_verdict = true;
  for (;;) kernel(SYS_exit_group, status_);
}

bool engine::is_in_cycle(unsigned thread) const noexcept {
  unsigned at = thread;
  for (unsigned length = 0; length <= threads_; ++length) {
    const logical_thread& t = thread_[at];
    const object& what = objects_[t.gate_object];
    unsigned next = nobody;
    switch (t.waits_at) {
      case gate::lock_free:
      case gate::no_writer: next = what.owner; break;
      case gate::no_sharer:
        next = what.owner != nobody ? what.owner : what.sharers != 0 ? lowest(what.sharers) : nobody;
        if (what.owner == nobody && (what.sharers & (1U << thread)) != 0) next = thread;
        break;
      case gate::ended: next = t.gate_thread; break;
      default: break;
    }
    if (next == thread) return true;
    if (next == nobody) return false;
    // A lock whose owner has ended, or waits for what nobody gives him, is as good as a cycle to who waits for the lock.
    if (thread_[next].ended) return t.waits_at != gate::ended;
    at = next;
  }
  return false;
}

// Every thread that has not ended waits, and no time can pass.
void engine::judge_stuck() noexcept {
  unsigned waiting = 0;
  bool has_cycle = false;
  bool has_lost_word = false;
  bool has_lost_signal = false;
  for (unsigned i = 0; i < threads_; ++i) {
    const logical_thread& t = thread_[i];
    if (t.ended) continue;
    ++waiting;
    if (is_in_cycle(i)) {
      has_cycle = true;
      current_ = i;
    }
    if (t.pending.what == op::futex_wait &&
        *reinterpret_cast<const std::uint32_t*>(t.pending.address) != static_cast<std::uint32_t>(t.slept_on)) {
      has_lost_word = true;
      if (!has_cycle) current_ = i;
    }
    if (t.pending.what == op::cond_wait && objects_[t.queued_at - 1].lost_signal) {
      has_lost_signal = true;
      if (!has_cycle && !has_lost_word) current_ = i;
    }
  }
  if (waiting == 0) return;
  // The process would have ended with its first thread; others may wait for ever.
  if (thread_[0].ended) return;
  if (has_cycle) fail(verdict::deadlock, "threads wait for each other, or for a lock that nobody will give back");
  if (has_lost_word) fail(verdict::lost_wake_up, "a thread sleeps on a word that has changed, and nobody will wake it");
  if (has_lost_signal) {
    fail(verdict::lost_wake_up, "a thread waits on a condition variable that was notified before it waited");
  }
  fail(verdict::blocked, "every thread waits, and nobody is left to end that");
}

void engine::conclude(ending how) noexcept {
  if (how == ending::over) judge_stuck();
  if (how != ending::cut_off || thread_[0].ended) return;
  const std::uint32_t half = position_ / 2;
  // A store is seen in the end: who has not seen it for so long was kept from it, too.
  if (stale_reads_ != 0 && last_stale_read_ >= half) return;
  // Somebody who could have gone on was kept from it for longer than others have their turns, or for want of time: that says
  // nothing of the program.
  const std::uint32_t turns_of_all = turn_ * kept_.count();
  if (kept_.longest() > std::min(turns_of_all + turns_of_all / 4, half - half / 4)) return;
  for (unsigned i = 0; i < threads_; ++i) {
    if (!thread_[i].ended && thread_[i].has_limit && !thread_[i].may_wake_spuriously && !is_open(thread_[i])) return;
  }
  std::uint32_t could = 0;
  std::uint32_t by_time = 0;
  collect(could, by_time);
  // A livelock: for half of the time all have tried in vain, and whatever they wrote had been written before.
  bool all_in_vain = last_news_ < half;
  for (unsigned i = 0; i < threads_; ++i) {
    if ((could & bit(i)) != 0 && thread_[i].last_in_vain < half) all_in_vain = false;
  }
  if (all_in_vain) {
    fail(verdict::livelock, "after %u steps no end is near: every thread that can go on tries again and again, in vain",
         position_);
  }
  fail(verdict::step_limit,
       "an execution has not ended after %u steps: the program is larger than the limit, or has no end", position_);
}

}  // namespace explore
