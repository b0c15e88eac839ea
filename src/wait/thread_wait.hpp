#pragma once

#include <atomic>
#include <span>
#include <stop_token>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/wait_result.hpp"
#include "wait/claim_word.hpp"
#include "wait/parker.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// A wait of one thread for any of several objects: the block that stands in their queues while the thread is blocked.
///
///   I1  while a place is linked, the block holds a reference of its object
///   I2  the block is destroyed only when no place is linked and, if another thread ended the wait, that thread has told
class thread_wait final : private wait_block {
 public:
  /// `places` has room for one waiter for each object and lives as long as this.
  thread_wait(std::span<const handle_ref> objects, std::span<waiter> places) noexcept
      : objects_(objects), places_(places) {}

  /// Queues on all objects, blocks, leaves the queues. Each object is looked at again under its lock, so a signal that
  /// came since the caller looked is not missed.
  wait_result block_until(deadline until, const std::stop_token& token) noexcept;

 private:
  claimed claim(waiter& place) noexcept override;
  void tell(waiter& place) noexcept override;

  bool try_end(std::uint32_t outcome) noexcept;
  bool enqueue() noexcept;
  void leave_queues() noexcept;

  std::span<const handle_ref> objects_;
  std::span<waiter> places_;
  std::atomic<std::uint32_t> claim_{claim_word::open};
  parker parker_;
};

}  // namespace quiesce::inline v0
