/// Memory of the program under test, at addresses that are the same in every execution. Nothing is used again within one, so
/// that what was freed stays recognizable, unless somebody asks for it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace.hpp"
#include "vector_clock.hpp"

namespace explore {

inline constexpr std::uintptr_t arena_begin = 0x1000'0000'0000;
inline constexpr std::size_t heap_size = std::size_t{1} << 29;
inline constexpr std::size_t stack_size = std::size_t{8} << 20;
inline constexpr std::size_t stack_guard = std::size_t{1} << 20;  // of each stack: never mapped
inline constexpr std::size_t arena_size = heap_size + 33 * stack_size;

class heap {
 public:
  struct block {  // stands before the memory that it describes
    std::uint64_t size;
    std::uint32_t number;
    std::uint32_t state;
  };
  static constexpr std::uint32_t live = 0x6c697665;
  static constexpr std::uint32_t freed = 0x66726565;
  static constexpr std::uint32_t reached = 0x72656163;  // live, and something points to it

  /// Maps the arena. False: its addresses are taken, or there is no memory.
  static bool map() noexcept;
  /// False: no memory for what the heap keeps beside it.
  bool map_tables() noexcept;

  /// Keeps what has been allocated so far through all executions, and puts its contents back at each reset.
  void keep() noexcept;
  void reset() noexcept;

  /// Null: the heap is full.
  void* allocate(std::size_t size, std::size_t alignment) noexcept;
  void give_back(block& given) noexcept;
  std::uint32_t blocks() const noexcept { return number_; }

  /// The block of this size that was freed last in this execution, if it lies as it must, and what the thread knew that freed
  /// it.
  struct freed_block {
    block* found = nullptr;
    vector_clock* happened = nullptr;
  };
  freed_block newest_freed(std::size_t size, std::size_t alignment) noexcept;
  /// Hands it out again, as a new one.
  void* allocate_again(block& old) noexcept;

  // Which of the blocks of this execution are left, for its end.
  /// How many.
  std::uint32_t left() const noexcept { return left_; }
  /// Reaches the blocks to which a word of this memory points, wherever into them.
  void reach_from(std::uintptr_t begin, std::size_t size) noexcept;
  /// Reaches those to which blocks point that have been reached, or that are older than the execution.
  void reach_further() noexcept;
  /// Values that are looked for on the way: words that are equal to one of them.
  void look_for(std::uintptr_t value) noexcept;
  bool has_met(std::uintptr_t value) const noexcept;
  struct leak {
    block* first = nullptr;  // allocated first, of those to which no other one points
    std::uint32_t blocks = 0;
    std::uint32_t number = 0;  // of the first, counted from the begin of the execution
  };
  leak find_leak() noexcept;

  static bool owns(const void* memory) noexcept {
    return reinterpret_cast<std::uintptr_t>(memory) - arena_begin < heap_size;
  }
  static block* block_of(void* memory) noexcept { return static_cast<block*>(memory) - 1; }
  /// The stack of a thread.
  static unsigned char* stack(unsigned thread) noexcept {
    return reinterpret_cast<unsigned char*>(arena_begin + heap_size + thread * stack_size);
  }

 private:
  static constexpr std::uint32_t no_slot = 0xffff'ffff;
  static constexpr std::size_t most_freed = std::size_t{1} << 16;  // that may be handed out again
  block& at_slot(std::uint32_t slot) noexcept {
    return *block_of(reinterpret_cast<void*>(arena_begin + std::uintptr_t{slot_[slot]} * sizeof(block)));
  }
  std::uint32_t slot_of(std::uintptr_t address) noexcept;
  void reach(std::uint32_t slot) noexcept;
  static constexpr std::uint32_t pointed_to = live + 1;  // live and not reached, but another such block points to it
  static bool is_lost(const block& one) noexcept { return one.state == live || one.state == pointed_to; }

  // All blocks in the order of their addresses, and those that were freed in the order of that.
  std::uint32_t* slot_ = nullptr;
  std::uint32_t slots_ = 0;
  std::uint32_t kept_slots_ = 0;
  block** freed_ = nullptr;
  vector_clock* freed_by_ = nullptr;
  std::size_t freed_count_ = 0;
  std::uint32_t* to_scan_ = nullptr;  // slots that have been reached
  std::size_t to_scan_count_ = 0;
  std::uint32_t left_ = 0;

  struct looked_for {
    std::uintptr_t value;
    bool is_met;
  };
  void meet(std::uintptr_t value) noexcept;
  looked_for looked_for_[most_threads] = {};
  std::size_t looked_for_count_ = 0;
  std::uintptr_t least_value_ = ~std::uintptr_t{0};  // of those looked for
  std::uintptr_t values_span_ = 0;

  std::uintptr_t next_ = arena_begin;
  std::uintptr_t kept_ = arena_begin;
  std::uint32_t number_ = 0;
  std::uint32_t kept_number_ = 0;
  unsigned char* saved_ = nullptr;
};

}  // namespace explore
