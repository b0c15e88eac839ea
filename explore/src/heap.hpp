/// Memory of the program under test, at addresses that are the same in every execution. Nothing is used again within one:
/// what was freed stays recognizable.
#pragma once

#include <cstddef>
#include <cstdint>

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

  /// Maps the arena. False: its addresses are taken, or there is no memory.
  static bool map() noexcept;

  /// Keeps what has been allocated so far through all executions, and puts its contents back at each reset.
  void keep() noexcept;
  void reset() noexcept;

  /// Null: the heap is full.
  void* allocate(std::size_t size, std::size_t alignment) noexcept;
  std::uint32_t blocks() const noexcept { return number_; }

  static bool owns(const void* memory) noexcept {
    return reinterpret_cast<std::uintptr_t>(memory) - arena_begin < heap_size;
  }
  static block* block_of(void* memory) noexcept { return static_cast<block*>(memory) - 1; }
  /// The stack of a thread.
  static unsigned char* stack(unsigned thread) noexcept {
    return reinterpret_cast<unsigned char*>(arena_begin + heap_size + thread * stack_size);
  }

 private:
  std::uintptr_t next_ = arena_begin;
  std::uintptr_t kept_ = arena_begin;
  std::uint32_t number_ = 0;
  std::uint32_t kept_number_ = 0;
  unsigned char* saved_ = nullptr;
};

}  // namespace explore
