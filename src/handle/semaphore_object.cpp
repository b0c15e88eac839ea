#include "handle/semaphore_object.hpp"

#include <string>

#include "base/contract.hpp"
#include "quiesce/semaphore.hpp"
#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {

std::optional<std::uint32_t> semaphore_object::release_by(std::uint32_t n) noexcept {
  std::uint64_t seen = word_.load(std::memory_order_relaxed);
  for (;;) {
    const semaphore_word::move move = semaphore_word::on_release(seen, n, maximum_);
    if (move.outcome == semaphore_word::step::slow) return release_slowly(n);
    if (move.outcome == semaphore_word::step::full) return std::nullopt;
    const auto previous = static_cast<std::uint32_t>(semaphore_word::count(seen));
    // order: release. The wait that takes this release sees all that was done before it. Last touch of the object.
    // pairs: the acquire of try_take().
    // not:   relaxed, under which it could read data from before the release.
    // shown: tests/explore/semaphore_test.cpp, WhatPrecedesAReleaseIsSeenAfterTheWait
    if (word_.compare_exchange_weak(seen, move.next, std::memory_order_release, std::memory_order_relaxed)) {
      return previous;
    }
  }
}

std::optional<std::uint32_t> semaphore_object::release_slowly(std::uint32_t n) noexcept {
  claimed_waiters claimed;
  std::uint32_t previous;
  {
    state_lock lock(*this);
    previous = static_cast<std::uint32_t>(semaphore_word::count(lock.word()));
    const semaphore_word::move move = semaphore_word::on_release_locked(lock.word(), n, maximum_);
    if (move.outcome == semaphore_word::step::full) return std::nullopt;
    lock.set_word(move.next);
    lock.settle(claimed);
  }  // Last touch of the object.
  claimed.tell();
  return previous;
}

signal_outcome semaphore_object::signal(std::uint64_t& word) noexcept {
  const semaphore_word::move move = semaphore_word::on_release_locked(word, 1, maximum_);
  if (move.outcome == semaphore_word::step::full) return signal_outcome::full;
  word = move.next;
  return signal_outcome::signalled;
}

namespace {

waitable* make(std::uint32_t count, std::uint32_t maximum, const std::source_location& where) {
  if (maximum == 0) base::misuse("a semaphore was made with a maximum of 0", {}, where);
  if (count > maximum) {
    base::misuse("a semaphore was made with a count of " + std::to_string(count) + " above its maximum of " +
                     std::to_string(maximum),
                 {}, where);
  }
  return new semaphore_object(count, maximum);
}

}  // namespace

semaphore::semaphore(std::uint32_t count, std::uint32_t maximum, std::source_location where)
    : handle(make(count, maximum, where)) {}

std::uint32_t semaphore::release(std::uint32_t n, std::source_location where) {
  auto& object = static_cast<semaphore_object&>(object_or_throw(where));
  const std::uint32_t maximum = object.maximum();
  if (const auto previous = object.release_by(n)) return *previous;
  base::too_large("a semaphore with a maximum of " + std::to_string(maximum) + " was released by " + std::to_string(n),
                  object.name(), where);
}

}  // namespace quiesce::inline v0
