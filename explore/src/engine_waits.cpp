/// Threads that make no progress of their own: they spin, they wait in a queue, they are told.
#include "engine.hpp"

namespace explore {

bool engine::announce_read(const operation& next, std::uint32_t object) noexcept {
  logical_thread& t = self();
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].pc != next.pc || t.reads[i].object != object) continue;
    if (t.reads[i].version != objects_[object].version) break;
    // By a fence or a read-modify-write, others come to know what the thread does.
    if (has_weak_memory_ && next.what != op::load && t.reads[i].news != t.news) {
      t.reads[i].news = t.news;
      t.reads[i].repeats = 0;
      break;
    }
    if (++t.reads[i].repeats <= most_repeats) break;
    skipped_reads_ = true;
    if (++t.spins % most_spins != 0) return false;
    t.pending.pc = next.pc;
    if (t.spins > most_rests * most_spins) {
      give_up_spinning("the thread reads the same values again and again, and nothing changes them");
    }
    rest(next);
    return true;
  }
  announce(next);
  return true;
}

void engine::rest(const operation& next) noexcept {
  logical_thread& t = self();
  // What it read on its way here, and does not read in its loop, may have changed long ago.
  unsigned kept = 0;
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].version == objects_[t.reads[i].object].version) t.reads[kept++] = t.reads[i];
  }
  t.read_count = kept;
  t.pending = next;
  t.waits_at = gate::changed;
  t.has_limit = t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
}

void engine::wrote(std::uint32_t object, std::uint64_t value) noexcept {
  std::uint32_t& seen = value_seen_[mixed(value + (std::uint64_t{object} << 48)) % values];
  if (seen != generation_) last_news_ = position_;
  seen = generation_;
}

void engine::saw(std::uintptr_t pc, std::uint32_t object) noexcept {
  logical_thread& t = self();
  const std::uint32_t version = objects_[object].version;
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].pc == pc && t.reads[i].object == object && t.reads[i].version == version) return;
  }
  // What it read there before has changed: whatever loop that was in, it is a new one now.
  unsigned kept = 0;
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].object != object || t.reads[i].version == version) t.reads[kept++] = t.reads[i];
  }
  if (kept != t.read_count) t.spins = t.rests = 0;
  if (kept == logical_thread::most_reads) kept = 0;
  t.reads[kept] = {pc, object, version, 0, t.news};
  t.read_count = kept + 1;
}

// Only if nobody else can go on: otherwise it has not rested long enough.
void engine::give_up_spinning(const char* why) noexcept {
  logical_thread& t = self();
  t.spins = t.rests = 0;
  if (thread_[0].ended) end_execution(ending::over);  // the process would have ended
  for (unsigned i = 0; i < threads_; ++i) {
    if (i != current_ && !thread_[i].ended && (is_open(thread_[i]) || thread_[i].has_limit)) return;
  }
  fail(verdict::livelock, "%s", why);
}

void engine::yields(std::uintptr_t pc) noexcept {
  logical_thread& t = self();
  const std::uint32_t others = position_ - t.steps;
  if (others != t.others_seen) t.yields = 0;
  t.others_seen = others;
  if (++t.yields % most_yields != 0) return;
  operation next;
  next.what = op::yield;
  next.pc = t.pending.pc = pc;
  if (++t.rests > most_rests) give_up_spinning("the thread yields again and again, and nothing that it reads changes");
  if (t.read_count == 0) t.rests = 0;  // it does something in between; the limit of steps will tell
  rest(next);
  make(next);
}

// --- Waiting --------------------------------------------------------------------------------------------------------

void engine::tell(unsigned thread, gate next, std::uint32_t gate_object) noexcept {
  logical_thread& told = thread_[thread];
  if (told.has_limit) search_->competes(*this, thread);
  told.was_told = true;
  told.has_limit = false;
  told.waits_at = next;
  told.gate_object = gate_object;
  told.order.join(self().order);
}

void engine::enqueue(std::uint32_t object, unsigned thread) noexcept {
  std::uint8_t* link = &objects_[object].first_waiter;
  while (*link != nobody) link = &thread_[*link].next_waiter;
  *link = static_cast<std::uint8_t>(thread);
  thread_[thread].next_waiter = nobody;
  thread_[thread].queued_at = object + 1;
}

bool engine::dequeue(std::uint32_t object, unsigned thread) noexcept {
  for (std::uint8_t* link = &objects_[object].first_waiter; *link != nobody; link = &thread_[*link].next_waiter) {
    if (*link != thread) continue;
    *link = thread_[thread].next_waiter;
    thread_[thread].queued_at = 0;
    return true;
  }
  return false;
}

void engine::release_to(vector_clock& sync) noexcept {
  logical_thread& t = self();
  sync.join(t.happened);
  ++t.happened.of[current_];
}

}  // namespace explore
