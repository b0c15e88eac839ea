#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <span>
#include <stop_token>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/wait_result.hpp"
#include "wait/claim_word.hpp"
#include "wait/parker.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// A wait of one thread: the block that stands in the queues of objects while the thread is blocked. Who ends it decides
/// the claim word.
///
///   I1  while a place is linked, the block holds a reference of its object
///   I2  the block is destroyed only when no place is linked and, if another thread ended the wait, that thread has told
class thread_block : protected wait_block {
 public:
  thread_block(const thread_block&) = delete;
  thread_block& operator=(const thread_block&) = delete;

 protected:
  /// `places` has room for one waiter for each object and lives as long as this. `where`: the call.
  thread_block(std::span<const handle_ref> objects, std::span<waiter> places,
               const std::source_location& where) noexcept
      : objects_(objects), places_(places), where_(where) {}
  ~thread_block() = default;

  /// Makes the places ready and takes a reference of each object.
  void begin() noexcept;

  /// The places are linked, or the wait has been claimed by another: blocks until it ends.
  void park(deadline until, const std::stop_token& token) noexcept;

  /// No place is linked any more: gives the references back.
  void release_objects() noexcept;

  /// What the wait came to, when it has ended.
  wait_result result() const noexcept { return claim_word::result(claim_.load(std::memory_order_relaxed)); }

  /// The object of the place was taken in this thread's name. No lock is held.
  static void now_taken(waiter& place) noexcept { place.object->taken_for_this_thread(); }

  bool try_end(std::uint32_t outcome) noexcept;
  bool is_open() const noexcept { return claim_.load(std::memory_order_relaxed) == claim_word::open; }
  std::span<waiter> places() const noexcept { return places_; }

 private:
  void tell(waiter& place) noexcept override;

  std::span<const handle_ref> objects_;
  std::span<waiter> places_;
  const std::source_location& where_;
  std::atomic<std::uint32_t> claim_{claim_word::open};
  parker parker_;
};

}  // namespace quiesce::inline v0
