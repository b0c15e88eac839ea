/// What a step finds in memory that is weak: a message that the search chooses.
#include <atomic>

#include "engine.hpp"

namespace explore {
namespace {

constexpr std::uint8_t ordered = static_cast<std::uint8_t>(std::memory_order_seq_cst);
// Of what stands for the messages of a word that no ordered access has touched: no address of a word.
constexpr std::uintptr_t news_key = std::uintptr_t{1} << 63;
constexpr unsigned order_access = 1;
constexpr unsigned news_access = 2;

}  // namespace

bool engine::use_weak_memory(std::uint32_t stale_reads) noexcept {
  most_stale_reads_ = stale_reads;
  has_weak_memory_ = weak_memory_.map(most_steps_);
  return has_weak_memory_;
}

onlooker engine::onlooker_of(const operation& step) noexcept {
  return {.thread = current_, .is_ordered = step.order == ordered, .happened = self().happened};
}

// Sequentially consistent accesses and fences are dependent, but accesses of different words are not. Two loads of a word
// are if the first of them can make a message known to the second one.
void engine::join_order(operation& next, bool may_be_load) noexcept {
  next.touches(order_object, access_mode::read);
  if (!may_be_load) return;
  const bool has_news = weak_memory_.has_news(objects_[next.on[0].object]);
  next.touches(object_at(next.address ^ news_key), has_news ? access_mode::write : access_mode::read);
}

message& engine::look_at_newest(operation& step, std::uint64_t value) noexcept {
  object& word = objects_[step.on[0].object];
  message& newest = weak_memory_.newest(word, value, step.size);
  if (step.accesses > news_access && step.on[order_access].object == order_object) {
    const bool has_news = weak_memory_.has_news(word);
    step.on[news_access].mode = has_news ? access_mode::write : access_mode::read;
    if (has_news) ++objects_[order_object].version;
  }
  return newest;
}

bool engine::must_see_newest(const operation& step) const noexcept {
  const logical_thread& t = thread_[current_];
  const std::uint32_t object = step.on[0].object;
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].pc != step.pc || t.reads[i].object != object) continue;
    return t.reads[i].version == objects_[object].version && t.reads[i].repeats >= most_repeats;
  }
  return false;
}

unsigned engine::choose_message(const operation& step, unsigned readable) noexcept {
  if (readable == 1) return 0;
  if (readable > weak_memory::most_readable) {
    limited_messages_ = true;
    readable = weak_memory::most_readable;
  }
  if (must_see_newest(step)) return skipped_reads_ = true, 0;
  if (stale_reads_ >= most_stale_reads_) return limited_stale_reads_ = true, 0;
  const int chosen = search_->pick(*this, readable);
  if (chosen == search::lost) end_execution(ending::lost);
  if (chosen == 0) return 0;
  ++stale_reads_;
  last_stale_read_ = position_;
  note_pick(static_cast<unsigned>(chosen));
  return static_cast<unsigned>(chosen);
}

engine::reading engine::read_message(operation& step, std::uint64_t value) noexcept {
  const object& word = objects_[step.on[0].object];
  const onlooker by = onlooker_of(step);
  look_at_newest(step, value);
  const unsigned back = choose_message(step, weak_memory_.readable(word, by));
  step.stale = static_cast<std::uint8_t>(back);
  message& found = weak_memory_.at(word, back);
  if (weak_memory_.look(found, by)) ++self().news;
  return {.value = found.value, .release = back == 0 ? word.sync : found.release};
}

void engine::read_newest_message(operation& step, std::uint64_t value) noexcept {
  if (weak_memory_.look(look_at_newest(step, value), onlooker_of(step))) ++self().news;
}

void engine::write_message(const operation& step, std::uint64_t before, std::uint64_t after) noexcept {
  object& word = objects_[step.on[0].object];
  weak_memory_.newest(word, before, step.size);
  weak_memory_.append(word, after, onlooker_of(step));
  if (step.order == ordered) ++objects_[order_object].version;
}

void engine::order_fence(std::uintptr_t pc) noexcept {
  operation next;
  next.what = op::fence;
  next.order = ordered;
  next.pc = pc;
  next.touches(order_object, access_mode::write);
  if (!announce_read(next, order_object)) return;
  make(next);
  if (weak_memory_.fence(onlooker_of(next))) ++objects_[order_object].version;
  saw(pc, order_object);
}

}  // namespace explore
