#include "shadow.hpp"

#include "heap.hpp"
#include "own_memory.hpp"

namespace explore {
namespace {

constexpr std::size_t word = 8;
constexpr std::size_t page_size = 4096;
constexpr std::size_t cells_in_page = page_size / word;

bool is_write(touch how) noexcept { return (static_cast<unsigned>(how) & 1U) != 0; }
bool is_atomic(touch how) noexcept { return (static_cast<unsigned>(how) & 2U) != 0; }

std::uint8_t bytes_in_word(std::uintptr_t address, std::size_t size) noexcept {
  const std::size_t first = address % word;
  const std::size_t count = size < word - first ? size : word - first;
  return static_cast<std::uint8_t>(((1U << count) - 1U) << first);
}

}  // namespace

bool shadow::map() noexcept {
  arena_ = static_cast<cell*>(own_memory::map(arena_size / word * sizeof(cell)));
  page_ = static_cast<page*>(own_memory::map(pages * sizeof(page)));
  cells_ = static_cast<cell*>(own_memory::map(pages * cells_in_page * sizeof(cell)));
  block_ = static_cast<block*>(own_memory::map(blocks * sizeof(block)));
  return arena_ != nullptr && page_ != nullptr && cells_ != nullptr && block_ != nullptr;
}

inline shadow::cell& shadow::cell_of(std::uintptr_t address) noexcept {
  if (address - arena_begin < arena_size) return arena_[(address - arena_begin) / word];
  return elsewhere(address);
}

shadow::cell& shadow::elsewhere(std::uintptr_t address) noexcept {
  const std::uintptr_t number = address / page_size;
  std::size_t at = (number * 0x9e3779b97f4a7c15U) >> 50;
  // The table holds 64 MiB of memory. Beyond that pages share their cells, which can only make an alarm false; nobody
  // reads that much in an execution of some thousand steps.
  for (std::size_t tried = 0; tried < pages; ++tried, at = (at + 1) % pages) {
    if (page_[at].number == number && page_[at].cells != nullptr) break;
    if (page_[at].cells != nullptr) continue;
    page_[at].number = number;
    page_[at].cells = cells_ + at * cells_in_page;
    break;
  }
  return page_[at].cells[address % page_size / word];
}

const touched* shadow::enter(cell& in, touched by, const vector_clock& happened) noexcept {
  if (in.generation != generation_) {
    in.generation = generation_;
    in.used = 0;
    in.more = 0;
    in.is_released = false;
  }
  touched* place = nullptr;
  // Finds what is in conflict, and on the way a place that the new access can take.
  const auto conflicts = [&](touched& earlier) {
    const bool overlaps = (earlier.bytes() & by.bytes()) != 0;
    if (in.is_released && overlaps && earlier.how() == touch::release) return true;
    if (earlier.thread() == by.thread()) {
      if (earlier.bytes() == by.bytes() && earlier.how() == by.how()) place = &earlier;
      return false;
    }
    if (happened.of[earlier.thread()] >= earlier.epoch()) {
      // Everything that is in conflict with the earlier one is in conflict with this one as well.
      const bool covered = (earlier.bytes() & ~by.bytes()) == 0 && (is_write(by.how()) || !is_write(earlier.how())) &&
                           (is_atomic(earlier.how()) || !is_atomic(by.how()));
      if (covered && place == nullptr) place = &earlier;
      return false;
    }
    if (!overlaps || (!is_write(earlier.how()) && !is_write(by.how()))) return false;
    return !is_atomic(earlier.how()) || !is_atomic(by.how());
  };
  for (std::uint8_t i = 0; i < in.used; ++i) {
    if (conflicts(in.last[i])) return &in.last[i];
  }
  if (in.more != 0) {
    block& further = block_[in.more - 1];
    for (std::uint8_t i = 0; i < further.used; ++i) {
      if (conflicts(further.last[i])) return &further.last[i];
    }
  }
  *(place != nullptr ? place : &room(in)) = by;
  return nullptr;
}

// A place for one more access. When there is none the last one is forgotten, and remembered that this was so.
touched& shadow::room(cell& in) noexcept {
  if (in.used < remembered) return in.last[in.used++];
  if (in.more == 0 && blocks_used_ < blocks) {
    in.more = ++blocks_used_;
    block_[in.more - 1].used = 0;
  }
  if (in.more != 0) {
    block& further = block_[in.more - 1];
    if (further.used < block::most) return further.last[further.used++];
  }
  has_lost_track_ = true;
  return in.last[remembered - 1];
}

const touched* shadow::enter(std::uintptr_t address, std::size_t size, touched by,
                             const vector_clock& happened) noexcept {
  for (const std::uintptr_t end = address + size; address < end;) {
    const touched here = by.with_bytes(bytes_in_word(address, end - address));
    if (const touched* const conflict = enter(cell_of(address), here, happened)) return conflict;
    address = (address | (word - 1)) + 1;
  }
  return nullptr;
}

const touched* shadow::enter_release(std::uintptr_t address, std::size_t size, touched by,
                                     const vector_clock& happened) noexcept {
  by = by.with(touch::release);
  for (const std::uintptr_t end = address + size; address < end;) {
    const touched here = by.with_bytes(bytes_in_word(address, end - address));
    cell& in = cell_of(address);
    if (const touched* const conflict = enter(in, here, happened)) return conflict;
    in.used = 1;
    in.more = 0;
    in.last[0] = here;
    in.is_released = true;
    address = (address | (word - 1)) + 1;
  }
  return nullptr;
}

void shadow::hand_out_again(std::uintptr_t address, std::size_t size) noexcept {
  for (const std::uintptr_t end = address + size; address < end; address = (address | (word - 1)) + 1) {
    cell& in = cell_of(address);
    if (in.generation != generation_ || !in.is_released) continue;
    in.is_released = false;
    for (std::uint8_t i = 0; i < in.used; ++i) {
      if (in.last[i].how() == touch::release) in.last[i] = in.last[i].with(touch::write);
    }
  }
}

void shadow::renew(std::uintptr_t address, std::size_t size) noexcept {
  for (const std::uintptr_t end = address + size; address < end; address += word) cell_of(address).generation = 0;
}

}  // namespace explore
