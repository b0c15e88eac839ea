#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "reactor/source.hpp"

namespace quiesce::inline v0::reactor {

/// Which source an id stands for.
///
/// An id is the number of a slot and the generation of its use. A slot that is emptied goes to its next generation, so
/// an id that is still on its way through the kernel, or in a batch of events that is being worked off, stands for
/// nothing from then on, whoever has the slot next. Generations begin at one; ids of generation zero are never made.
class source_table {
 public:
  source_table() = default;
  source_table(const source_table&) = delete;
  source_table& operator=(const source_table&) = delete;
  ~source_table();

  /// Writes the id before anybody can find the source by it.
  /// Orders:  all before this happens before any ready() of the source.
  /// Errors:  std::bad_alloc.
  void insert(source& added, source_id& id);

  /// After the return nobody finds the source by `id`, nor is inside a try_reference() of it that find() began.
  void erase(source_id id) noexcept;

  /// How many there are at the moment.
  std::size_t size() noexcept {
    const std::lock_guard hold(lock_);
    return used_;
  }

  /// The source with a reference taken for the caller, or null if it has been erased or its end has begun.
  source* find(source_id id) noexcept;

 private:
  struct slot {
    source* holds = nullptr;
    std::uint32_t generation = 1;
    std::uint32_t next_free = none;
  };
  static constexpr std::uint32_t none = UINT32_MAX;

  static source_id id_of(std::uint32_t index, std::uint32_t generation) noexcept;
  slot* used_slot(source_id id) noexcept;

  std::mutex lock_;
  std::vector<slot> slots_;  // guarded by lock_, as all below
  std::uint32_t first_free_ = none;
  std::uint32_t used_ = 0;
};

}  // namespace quiesce::inline v0::reactor
