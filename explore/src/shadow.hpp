/// What is remembered of the latest accesses to each word of memory, and the comparison that finds data races: two accesses
/// to a byte, one of them a write, not both atomic, neither of which happens before the other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vector_clock.hpp"

namespace explore {

enum class touch : std::uint8_t { read = 0, write = 1, atomic_read = 2, atomic_write = 3, release = 5 };

/// An access: who, when, how. In one word, which goes through registers: there is one of these for each access that the
/// program makes.
class touched {
 public:
  constexpr touched(std::uint32_t access, std::uint16_t epoch, unsigned thread, touch how) noexcept
      : word_(access | std::uint64_t{epoch} << 32 | std::uint64_t{thread} << 56 | std::uint64_t(how) << 61) {
    static_assert(most_threads <= 32);
  }
  touched() = default;

  /// The thread's own count of accesses: the place at which a replay finds it again.
  constexpr std::uint32_t access() const noexcept { return static_cast<std::uint32_t>(word_); }
  constexpr std::uint16_t epoch() const noexcept { return static_cast<std::uint16_t>(word_ >> 32); }
  /// Of the word of memory, a bit each.
  constexpr std::uint8_t bytes() const noexcept { return static_cast<std::uint8_t>(word_ >> 48); }
  constexpr unsigned thread() const noexcept { return word_ >> 56 & 31; }
  constexpr touch how() const noexcept { return static_cast<touch>(word_ >> 61); }

  constexpr touched with_bytes(std::uint8_t bytes) const noexcept {
    touched other = *this;
    other.word_ = (word_ & ~(std::uint64_t{0xff} << 48)) | std::uint64_t{bytes} << 48;
    return other;
  }
  constexpr touched with(touch how) const noexcept { return {access(), epoch(), thread(), how, bytes()}; }

 private:
  constexpr touched(std::uint32_t access, std::uint16_t epoch, unsigned thread, touch how, std::uint8_t bytes) noexcept
      : touched(touched(access, epoch, thread, how).with_bytes(bytes)) {}

  std::uint64_t word_;
};

class shadow {
 public:
  /// False: no memory.
  bool map() noexcept;
  /// Whether an access had to be forgotten that a later one might have been in conflict with.
  bool has_lost_track() const noexcept { return has_lost_track_; }
  /// Forgets everything, at the cost of an increment.
  void forget() noexcept {
    ++generation_;
    blocks_used_ = 0;
  }

  /// Enters an access and returns an earlier one that is in conflict with it, or null.
  const touched* enter(std::uintptr_t address, std::size_t size, touched by, const vector_clock& happened) noexcept;
  /// As enter, for memory that is given back: from now on each access is in conflict.
  const touched* enter_release(std::uintptr_t address, std::size_t size, touched by,
                               const vector_clock& happened) noexcept;
  /// Memory that was given back and is handed out again: what gave it back counts as a write.
  void hand_out_again(std::uintptr_t address, std::size_t size) noexcept;
  /// Memory that begins a new life: a stack, or a block at an address that has been used.
  void renew(std::uintptr_t address, std::size_t size) noexcept;

 private:
  static constexpr std::size_t remembered = 7;  // in the cell itself
  struct alignas(64) cell {
    std::uint32_t generation;
    std::uint8_t used;
    bool is_released;
    std::uint16_t more;  // number of the block with further ones, plus one
    touched last[remembered];
  };
  static_assert(sizeof(cell) == 64);
  struct block {  // room for one of each thread at least
    static constexpr std::size_t most = 2 * most_threads;
    std::uint8_t used;
    touched last[most];
  };
  static constexpr std::size_t blocks = 1 << 12;
  struct page {
    std::uintptr_t number;
    cell* cells;
  };
  static constexpr std::size_t pages = 1 << 14;

  cell& cell_of(std::uintptr_t address) noexcept;
  cell& elsewhere(std::uintptr_t address) noexcept;
  const touched* enter(cell& in, touched by, const vector_clock& happened) noexcept;
  touched& room(cell& in) noexcept;

  cell* arena_ = nullptr;
  page* page_ = nullptr;   // memory that is not in the arena, by a hash of its page number
  cell* cells_ = nullptr;  // room for those of every page
  block* block_ = nullptr;
  std::uint16_t blocks_used_ = 0;
  std::uint32_t generation_ = 1;
  bool has_lost_track_ = false;
};

}  // namespace explore
