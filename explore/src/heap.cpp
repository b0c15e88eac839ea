#include "heap.hpp"

#include <sys/mman.h>

#include <algorithm>

#include "own_memory.hpp"
#include "real.hpp"

namespace explore {
namespace {

constexpr int contents_of_new_memory = 0xbe;  // the same in each execution, and seldom what a program hopes for

}  // namespace

bool heap::map_tables() noexcept {
  constexpr std::size_t most_blocks = heap_size / (2 * sizeof(block));
  slot_ = static_cast<std::uint32_t*>(own_memory::map(most_blocks * sizeof *slot_));
  to_scan_ = static_cast<std::uint32_t*>(own_memory::map(most_blocks * sizeof *to_scan_));
  freed_ = static_cast<block**>(own_memory::map(most_freed * sizeof *freed_));
  freed_by_ = static_cast<vector_clock*>(own_memory::map(most_freed * sizeof *freed_by_));
  return slot_ != nullptr && to_scan_ != nullptr && freed_ != nullptr && freed_by_ != nullptr;
}

bool heap::map() noexcept {
  void* const wanted = reinterpret_cast<void*>(arena_begin);
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  void* const got = ::mmap(wanted, arena_size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (got == MAP_FAILED) return false;
  if (got != wanted) {
    ::munmap(got, arena_size);
    return false;
  }
  for (unsigned i = 0; i < arena_size / stack_size - heap_size / stack_size; ++i)
    ::mprotect(stack(i), stack_guard, PROT_NONE);
  return true;
}

void heap::keep() noexcept {
  kept_ = next_;
  kept_number_ = number_;
  kept_slots_ = slots_;
  left_ = 0;
  freed_count_ = 0;
  const std::size_t size = kept_ - arena_begin;
  if (size == 0) return;
  saved_ = static_cast<unsigned char*>(own_memory::map(size));
  copy_bytes(saved_, reinterpret_cast<void*>(arena_begin), size);
}

void heap::reset() noexcept {
  next_ = kept_;
  number_ = kept_number_;
  slots_ = kept_slots_;
  left_ = 0;
  looked_for_count_ = 0;
  least_value_ = ~std::uintptr_t{0};
  values_span_ = 0;
  freed_count_ = 0;
  if (kept_ != arena_begin) copy_bytes(reinterpret_cast<void*>(arena_begin), saved_, kept_ - arena_begin);
}

void* heap::allocate(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t step = std::max(alignment, sizeof(block));
  const std::uintptr_t at = (next_ + sizeof(block) + step - 1) & ~(step - 1);
  const std::size_t taken = (std::max<std::size_t>(size, 1) + 15) & ~std::size_t{15};
  if (size > heap_size || at + taken > arena_begin + heap_size) return nullptr;
  next_ = at + taken;
  void* const memory = reinterpret_cast<void*>(at);
  *block_of(memory) = {size, ++number_, live};
  slot_[slots_++] = static_cast<std::uint32_t>((at - arena_begin) / sizeof(block));
  ++left_;
  fill_bytes(memory, contents_of_new_memory, size);
  return memory;
}

void heap::give_back(block& given) noexcept {
  given.state = freed;
  if (reinterpret_cast<std::uintptr_t>(&given) >= kept_) --left_;
  if (freed_count_ == most_freed) return;
  freed_by_[freed_count_].clear();
  freed_[freed_count_++] = &given;
}

heap::freed_block heap::newest_freed(std::size_t size, std::size_t alignment) noexcept {
  for (std::size_t i = freed_count_; i-- != 0;) {
    block& each = *freed_[i];
    if (each.state != freed || each.size != size) continue;
    if (reinterpret_cast<std::uintptr_t>(&each + 1) % alignment != 0) continue;
    return {&each, &freed_by_[i]};
  }
  return {};
}

void* heap::allocate_again(block& old) noexcept {
  old.number = ++number_;
  old.state = live;
  if (reinterpret_cast<std::uintptr_t>(&old) >= kept_) ++left_;
  fill_bytes(&old + 1, contents_of_new_memory, old.size);
  return &old + 1;
}

// --- What is left ---------------------------------------------------------------------------------------------------

std::uint32_t heap::slot_of(std::uintptr_t address) noexcept {
  if (address < arena_begin || address >= next_) return no_slot;
  const auto unit = static_cast<std::uint32_t>((address - arena_begin) / sizeof(block));
  const std::uint32_t* const after = std::upper_bound(slot_, slot_ + slots_, unit);
  if (after == slot_) return no_slot;
  const auto slot = static_cast<std::uint32_t>(after - slot_ - 1);
  const block& found = at_slot(slot);
  // A block of no bytes has an address, too.
  const std::size_t size = std::max<std::size_t>(found.size, 1);
  return address - reinterpret_cast<std::uintptr_t>(&found + 1) < size ? slot : no_slot;
}

void heap::reach(std::uint32_t slot) noexcept {
  if (slot == no_slot || !is_lost(at_slot(slot))) return;
  at_slot(slot).state = reached;
  to_scan_[to_scan_count_++] = slot;
}

void heap::reach_from(std::uintptr_t begin, std::size_t size) noexcept {
  constexpr std::uintptr_t word = sizeof(std::uintptr_t);
  const std::uintptr_t end = begin + size;
  for (std::uintptr_t at = (begin + word - 1) & ~(word - 1); at + word <= end; at += word) {
    const std::uintptr_t value = *reinterpret_cast<const std::uintptr_t*>(at);
    reach(slot_of(value));
    if (value - least_value_ <= values_span_) meet(value);
  }
}

void heap::look_for(std::uintptr_t value) noexcept {
  if (looked_for_count_ == most_threads) return;
  looked_for_[looked_for_count_++] = {value, false};
  const std::uintptr_t greatest = std::max(looked_for_count_ == 1 ? value : least_value_ + values_span_, value);
  least_value_ = std::min(least_value_, value);
  values_span_ = greatest - least_value_;
}

void heap::meet(std::uintptr_t value) noexcept {
  for (std::size_t i = 0; i < looked_for_count_; ++i) looked_for_[i].is_met |= looked_for_[i].value == value;
}

bool heap::has_met(std::uintptr_t value) const noexcept {
  return std::any_of(looked_for_, looked_for_ + looked_for_count_,
                     [value](const looked_for& each) { return each.value == value && each.is_met; });
}

void heap::reach_further() noexcept {
  for (std::uint32_t slot = 0; slot < kept_slots_; ++slot) reach(slot);
  while (to_scan_count_ != 0) {
    const block& next = at_slot(to_scan_[--to_scan_count_]);
    reach_from(reinterpret_cast<std::uintptr_t>(&next + 1), next.size);
  }
}

heap::leak heap::find_leak() noexcept {
  leak found;
  for (std::uint32_t slot = kept_slots_; slot < slots_; ++slot) {
    if (!is_lost(at_slot(slot))) continue;
    ++found.blocks;
    const block& from = at_slot(slot);
    const auto* const words = reinterpret_cast<const std::uintptr_t*>(&from + 1);
    for (std::size_t i = 0; i < from.size / sizeof *words; ++i) {
      const std::uint32_t to = slot_of(words[i]);
      if (to != slot && to != no_slot && is_lost(at_slot(to))) at_slot(to).state = pointed_to;
    }
  }
  for (const std::uint32_t wanted : {live, pointed_to}) {
    for (std::uint32_t slot = kept_slots_; slot < slots_; ++slot) {
      block& each = at_slot(slot);
      if (each.state != wanted || (found.first != nullptr && found.first->number < each.number)) continue;
      found.first = &each;
      found.number = each.number - kept_number_;
    }
    if (found.first != nullptr) break;
  }
  return found;
}

}  // namespace explore
