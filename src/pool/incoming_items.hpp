#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "pool/incoming_word.hpp"
#include "pool/run_queue.hpp"

namespace quiesce::inline v0 {

/// What has been pushed to a crew without its lock. The states are those of incoming_word.
class incoming_items {
 public:
  /// Any thread. True: it is queued, which was the last touch of the item and the crew by the caller. False: he has to see
  /// to it under the lock.
  bool push(work_item& item) noexcept {
    std::uintptr_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      const incoming_word::move move = incoming_word::on_push(seen, reinterpret_cast<std::uintptr_t>(&item));
      if (!move.is_queued) return false;
      item.next_ = reinterpret_cast<work_item*>(seen);
      // order: release. Who takes the item sees it, and all that its pusher did before.
      // pairs: the exchanges of take() and attend(), also when others have pushed after this one.
      // not:   relaxed, under which a worker could run an item that it does not see whole.
      // shown: tests/explore/pool_push_test.cpp, AWorkerThatTurnsIdleTakesWhatIsJustPushed
      if (word_.compare_exchange_weak(seen, move.next, std::memory_order_release, std::memory_order_relaxed))
        return true;
    }
  }

  // With the lock of the crew held.

  bool is_attended() const noexcept { return is_attended_; }

  /// Moves all to `to`, in the order of their pushes.
  void take(run_queue& to) noexcept {
    if (is_attended_) return;
    const std::uintptr_t seen = word_.load(std::memory_order_relaxed);
    if (!incoming_word::has_items(seen)) return;
    append_all(to, word_.exchange(incoming_word::on_take(seen), std::memory_order_acquire));
  }
  /// The same, and from now on each push comes to the lock.
  void attend(run_queue& to) noexcept {
    if (std::exchange(is_attended_, true)) return;
    append_all(to, word_.exchange(incoming_word::on_attend(incoming_word::empty), std::memory_order_acquire));
  }
  void open() noexcept {
    if (!std::exchange(is_attended_, false)) return;
    word_.store(incoming_word::on_open(incoming_word::attended), std::memory_order_relaxed);  // nobody else changes it
  }

 private:
  static void append_all(run_queue& to, std::uintptr_t newest) noexcept {
    work_item* in_order = nullptr;
    for (auto* each = reinterpret_cast<work_item*>(newest); each != nullptr;) {
      work_item* const older = std::exchange(each->next_, in_order);
      in_order = std::exchange(each, older);
    }
    while (in_order != nullptr) to.append(*std::exchange(in_order, in_order->next_));
  }

  std::atomic<std::uintptr_t> word_{incoming_word::attended};
  bool is_attended_ = true;  // the same as the word says, by I2; guarded by the lock of the crew
};

}  // namespace quiesce::inline v0
