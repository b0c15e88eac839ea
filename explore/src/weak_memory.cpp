#include "weak_memory.hpp"

#include "own_memory.hpp"

namespace explore {
namespace {

// Whether a thread that knows `known` knows of what each thread has known since `seen`.
bool is_known(const vector_clock& seen, const vector_clock& known) noexcept {
  bool found = false;
  for (std::size_t i = 0; i < most_threads; ++i) found |= seen.of[i] != 0 && seen.of[i] <= known.of[i];
  return found;
}

}  // namespace

// A step makes two messages at most: one for what it finds, and one for what it writes.
bool weak_memory::map(std::uint32_t steps) noexcept {
  messages_ = static_cast<message*>(own_memory::map((2 * std::size_t{steps} + 2) * sizeof(message)));
  fences_ = static_cast<fence_made*>(own_memory::map((std::size_t{steps} + 1) * sizeof(fence_made)));
  return messages_ != nullptr && fences_ != nullptr;
}

void weak_memory::begin() noexcept {
  message_count_ = 1;
  fence_count_ = 0;
  has_news_ = 0;
}

message& weak_memory::make(object& of, std::uint64_t value) noexcept {
  message& made = messages_[message_count_];
  made.value = value;
  made.older = of.newest;
  made.fences = message::nowhere;
  made.release.clear();
  made.seen.clear();
  of.newest = message_count_++;
  return made;
}

message& weak_memory::newest(object& of, std::uint64_t value, std::uint8_t size) noexcept {
  if (of.newest != 0 && of.size == size && messages_[of.newest].value == value) return messages_[of.newest];
  of.newest = 0;
  of.size = size;
  return make(of, value);
}

std::uint32_t weak_memory::last_fence_before(const vector_clock& happened) const noexcept {
  std::uint32_t count = fence_count_;
  while (count != 0 && happened.of[fences_[count - 1].thread] < fences_[count - 1].epoch) --count;
  return count;
}

unsigned weak_memory::readable(const object& of, const onlooker& by) const noexcept {
  const std::uint32_t fences = by.is_ordered ? fence_count_ : last_fence_before(by.happened);
  vector_clock known = by.happened;
  if (fences != 0) known.join(fences_[fences - 1].known);
  unsigned count = 1;
  for (const message* at = &messages_[of.newest]; at->older != 0 && count <= most_readable; ++count) {
    const bool is_ordered_before = at->fences < fences || (by.is_ordered && at->fences != message::nowhere);
    if (is_ordered_before || is_known(at->seen, known)) break;
    at = &messages_[at->older];
  }
  return count;
}

message& weak_memory::at(const object& of, unsigned back) noexcept {
  std::uint32_t found = of.newest;
  for (; back != 0; --back) found = messages_[found].older;
  return messages_[found];
}

bool weak_memory::look(message& at, const onlooker& by) noexcept {
  if (by.is_ordered && at.fences == message::nowhere) at.fences = fence_count_;
  std::uint16_t& since = at.seen.of[by.thread];
  if (since != 0) return false;
  since = by.happened.of[by.thread];
  has_news_ |= bit(by.thread);
  return at.older == 0 || messages_[at.older].value != at.value;
}

void weak_memory::append(object& to, std::uint64_t value, const onlooker& by) noexcept {
  messages_[to.newest].release = to.sync;
  look(make(to, value), by);
}

bool weak_memory::fence(const onlooker& by) noexcept {
  fence_made& made = fences_[fence_count_];
  made.thread = static_cast<std::uint8_t>(by.thread);
  made.epoch = by.happened.of[by.thread];
  made.known = by.happened;
  bool tells = (has_news_ & bit(by.thread)) != 0;
  has_news_ &= ~bit(by.thread);
  if (fence_count_ != 0) {
    const vector_clock& before = fences_[fence_count_ - 1].known;
    for (std::size_t i = 0; i < most_threads; ++i) tells |= i != by.thread && made.known.of[i] > before.of[i];
    made.known.join(before);
  }
  ++fence_count_;
  return tells;
}

}  // namespace explore
