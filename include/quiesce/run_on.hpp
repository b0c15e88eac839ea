#pragma once

#include <cstdint>

namespace quiesce::inline v0 {

/// Which thread runs a callback of a pool.
///
/// The signalling thread is the one that makes the callback due: who sets or pulses an event, releases a semaphore, gives
/// a mutex back or ends with it, by whatever call of this library; and who arms a wait with an object that is signalled
/// already, as with std::stop_callback. It is for short callbacks, which save the change of threads:
///
/// - The callback runs before that call returns, and when the call has let all locks of the library go. It never runs
///   inside another one that was started so: what a callback signals in its turn runs after it, in the order of the
///   signals, on the same thread. So the outermost signalling call returns when nothing is left, and a repeating wait for
///   a manual-reset event that stays set, or for a mutex that nobody else wants, does not let it return.
/// - What has not begun when its thread comes to block in a wait of this library, a stop included, goes to the workers of
///   its pool. So does what signal_and_wait or a limit makes due, and what follows on a callback of the same wait that runs
///   on a worker. What follows on one that runs, or is queued, on another thread that signals runs there.
/// - A stop that drops what no worker can run (callback_source::stop) lets run what is queued on a thread that signals, but
///   drops, and counts, what that thread is only about to queue, and what would follow on a callback that runs there.
/// - The library holds no lock then, but the caller may hold some of his own around set(), release() or unlock(): then the
///   callback runs under them. It runs inside whatever callback signals, for the rules about stops from inside too.
/// - On a thread that ends with a mutex it runs when the thread-local objects have been destroyed.
/// - Only waits for what programs signal (events, semaphores, mutexes) can ask for it, since all else is signalled by one
///   thread that serves the whole process. Arming with something else is a bug of the caller.
enum class run_on : std::uint8_t {
  worker,             ///< any worker
  persistent_thread,  ///< the one that lives as long as the pool, for what belongs to a thread: one callback at a time,
                      ///< in the order in which they were queued. It is started by the first registered wait or post
                      ///< that asks for it, and is not counted among the workers
  signalling_thread,  ///< whoever signals, for registered waits: see above. Works, timers and posts have nobody who
                      ///< signals: asking for it throws std::invalid_argument
};

/// Which of the callbacks that are queued for workers begin first. All that are high before all that are normal before
/// all that are low, those of one level in the order in which they were queued; but every sixteenth callback that begins
/// is taken from the lowest level that has one, so that none waits for ever. The persistent thread knows no levels.
enum class priority : std::uint8_t { low, normal, high };

}  // namespace quiesce::inline v0
