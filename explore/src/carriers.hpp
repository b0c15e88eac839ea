/// Thread blocks for fibers. A carrier is a real thread that is created once and sleeps for ever; a fiber that runs with the
/// carrier's thread base has its thread-local variables, its errno and its pthread_self().
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "baton.hpp"
#include "heap.hpp"
#include "trace.hpp"

struct dl_phdr_info;

namespace explore {

class carriers {
 public:
  /// Takes the calling thread's block as that of thread 0, and learns where thread-local variables lie. `by_baton`: carriers
  /// do not sleep for ever, but run their logical threads themselves.
  void begin(baton* by_baton) noexcept;

  /// Makes sure that thread `number` has a block. False: the system refuses another thread.
  bool provide(unsigned number) noexcept;

  /// Puts the thread-local variables of a thread back to what they were in the beginning; of those of libc only errno.
  void reset(unsigned number) noexcept;

  std::uintptr_t base(unsigned number) const noexcept { return block_[number].base; }
  /// Calls `see` with the begin and the size of the thread-local variables of each module in a thread.
  template <class See>
  void see_variables(unsigned number, See see) const noexcept {
    for (std::size_t i = 0; i < modules_; ++i) {
      see(block_[number].base + static_cast<std::uintptr_t>(module_[i].offset), module_[i].size);
    }
  }
  pthread_t id(unsigned number) const noexcept { return block_[number].id; }
  /// The thread with this pthread_t, or most_threads.
  unsigned number_of(pthread_t id) const noexcept;

  /// Carriers have their stacks, and the variables of their threads, from the end of the arena up to here.
  static constexpr std::size_t carrier_stack_size = std::size_t{128} * 1024;
  static constexpr std::uintptr_t end_of_stacks = arena_begin + arena_size + (most_threads + 1) * carrier_stack_size;

  /// What a carrier does; reports its place to `begun`, which is a carrier_block.
  static void* carry(void* begun) noexcept;

  struct carrier_block {
    std::uintptr_t base = 0;
    unsigned number = 0;
    baton* runs_by = nullptr;
    pthread_t id{};
    unsigned char* saved = nullptr;
  };

 private:
  struct variables {  // the thread-local variables of one module: an offset from the thread base
    std::ptrdiff_t offset = 0;
    std::size_t size = 0;
  };
  static constexpr std::size_t most_modules = 16;

  static int find_variables(dl_phdr_info* module, std::size_t, void* self) noexcept;
  void save(unsigned number) noexcept;

  carrier_block block_[most_threads];
  unsigned provided_ = 0;
  variables module_[most_modules];
  std::size_t modules_ = 0;
  std::size_t saved_size_ = 0;
  baton* baton_ = nullptr;
  std::intptr_t errno_offset_ = 0;
};

}  // namespace explore
