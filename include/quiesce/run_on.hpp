#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// Which thread of a pool runs a callback.
enum class run_on : std::uint8_t {
  worker,             ///< any worker
  persistent_thread,  ///< the one that lives as long as the pool, for what belongs to a thread: one callback at a time,
                      ///< in the order in which they were queued. It is started by the first registered wait or post
                      ///< that asks for it, and is not counted among the workers
  signalling_thread,  ///< whoever signals. Not offered yet: asking for it throws std::invalid_argument
};

/// Which of the callbacks that are queued for workers begin first. All that are high before all that are normal before
/// all that are low, those of one level in the order in which they were queued; but every sixteenth callback that begins
/// is taken from the lowest level that has one, so that none waits for ever. The persistent thread knows no levels.
enum class priority : std::uint8_t { low, normal, high };

}  // namespace quiesce::inline v0
