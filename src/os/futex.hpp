#pragma once

#include <atomic>
#include <cstdint>

#include "quiesce/deadline.hpp"

namespace quiesce::inline v0::os {

/// The half of a state word that a thread sleeps on: the kernel compares 32 bits. For a 64-bit word this is the half
/// with the low bits.
const std::uint32_t* futex_address(const std::atomic<std::uint32_t>& word) noexcept;
const std::uint32_t* futex_address(const std::atomic<std::uint64_t>& word) noexcept;

/// Sleeps while *address == expected, until woken. May return for no reason: the caller looks at the word again.
void futex_wait(const std::uint32_t* address, std::uint32_t expected) noexcept;

/// The same, at most until `until`. Returns false when that moment has come.
bool futex_wait_until(const std::uint32_t* address, std::uint32_t expected, deadline until) noexcept;

/// Wakes up to `count` sleepers. The memory is not touched: it may have been freed or reused since.
void futex_wake(const std::uint32_t* address, int count) noexcept;

}  // namespace quiesce::inline v0::os
