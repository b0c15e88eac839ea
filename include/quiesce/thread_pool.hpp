#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/pool_options.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/run_on.hpp"
#include "quiesce/unique_function.hpp"

namespace quiesce::inline v0 {

class pool_core;

enum class post_status : std::uint8_t {
  queued,   ///< it will run
  refused,  ///< the pool, or the work, is stopping or has stopped: it will not run
};

/// Threads that run callbacks: of posted functions, and of registered waits. Those of one priority begin in the order in
/// which they were queued; a callback that has to follow a running one of the same wait is queued when that one ends. With
/// running = 1 those on workers never overlap, so they may share state freely, unless a `maximum` or a `minimum` of more
/// threads was asked for too.
///
/// A callback that blocks in a wait of this library runs no other one on its stack, and does not hold up those that are
/// queued: see pool_options. What it can do about other ways to block is callback_scope::may_run_long().
///
/// The threads take no signals but the synchronous ones, and sleep when there is nothing to do. They are started with the
/// pool, by threads of the pool that are about to block, and by who first asks for the persistent thread; never by who
/// signals. Limits of armed waits are kept by one thread for the whole process, which the first pool starts and the last
/// one ends (timers and other handles keep it running too).
///
/// Lifetime: destruction stops. A pool may be destroyed in one of its own callbacks: its threads then end by themselves.
/// Errors:   the constructor throws std::logic_error for options that contradict each other, std::system_error when the
///           system refuses a thread or a descriptor, and std::bad_alloc; then nothing is left behind. A thread that the
///           system refuses later is done without. For an exception that leaves a callback see on_exception.
/// Source:   CreateThreadpool of Windows, with CallbackMayRunLong and TP_CALLBACK_ENVIRON's persistent and priority.
class thread_pool {
 public:
  explicit thread_pool(pool_options options = {}, std::source_location where = std::source_location::current());
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool();

  /// Runs `work` once, on a worker or on the persistent thread.
  /// Orders:    all before post() happens before `work`.
  /// Allocates: one entry; throws std::bad_alloc and what moving `work` throws, and then nothing is queued.
  /// Errors:    std::system_error when the persistent thread is asked for and cannot be started. std::invalid_argument
  ///            for the signalling thread: nobody signals here.
  /// From a callback: allowed. Never runs `work` inside the call.
  /// Lifetime:  a shared library in which the code of `work` lies stays loaded until it has returned, as that of any
  ///            callback: see callback_source.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  post_status post(F&& work, run_on where = run_on::worker, priority level = priority::normal) {
    return post_function(unique_function<void()>(std::forward<F>(work)), where, level);
  }

  /// Makes a registered wait and arms it at once. With until_stopped every signal, and every time that `limit` passes
  /// without one, makes a callback; the wait arms itself again when a callback begins (with a mutex: when it has
  /// returned), the limit counted anew. A manual-reset event that stays set makes callbacks without end.
  /// Errors: those of registered_wait's constructor; a null handle is a bug of the caller (std::logic_error).
  template <class F>
    requires std::invocable<std::decay_t<F>&, callback_scope&>
  [[nodiscard]] registered_wait register_wait(handle_ref object, F&& callback, repeat mode = repeat::until_stopped,
                                              time_limit limit = time_limit::none(), wait_options options = {},
                                              std::source_location where = std::source_location::current()) {
    return register_function(object, unique_function<void(callback_scope&)>(std::forward<F>(callback)), mode, limit,
                             options, where);
  }

  /// Waits until nothing is in flight: until there is a moment at which no callback of this pool runs or is queued.
  /// Refuses nothing and stops nothing, so a pool that is kept busy may never come to such a moment.
  /// Blocks:  until then, or until the limit. Where callbacks of several pools drain or stop each other's pools in a
  ///          circle, it gives up at once.
  /// Returns: nothing when it is drained, else who was in flight when it gave up, those of registered waits first. Posted
  ///          functions have no name.
  /// Orders:  with nothing returned, all that the callbacks did happens before the return.
  /// Allocates: the list; throws std::bad_alloc.
  /// From a callback: of this pool: a bug of the caller (std::logic_error), since it would wait for itself.
  /// Errors:   without a limit, to own a mutex that a callback waits for: see callback_source::stop().
  std::vector<callback_info> drain(deadline until, std::source_location where = std::source_location::current());

  /// What the pool holds at this moment; may be asked at any time.
  pool_counts counts() const noexcept;

  /// Refuses new work and all arming, stops every registered wait of this pool, and waits until all that was queued or
  /// had fired has run. Then the workers have ended.
  /// Blocks:  until then. From inside a callback of this pool, or the destruction of one that the pool had accepted: not at
  ///          all; the answer is deferred, and what was queued or had fired still runs. So is that of a callback of another
  ///          pool in a circle, see callback_source::stop(); the destructor cannot be deferred, and ends the process there.
  ///          A worker that has left its last callback, and is destroying its thread's variables, must not wait for the
  ///          thread that stops, and so must not stop the pool meanwhile: nobody sees that circle. It may drop the last
  ///          handle.
  /// Orders:  all that callbacks did happens before the return.
  /// Errors:  to own a mutex that a callback waits for: see callback_source::stop().
  stop_result stop(std::source_location where = std::source_location::current()) noexcept;

  /// stop(), but gives up waiting after `limit`. The limit is for the callbacks: once they are over, it waits until the
  /// threads have destroyed their thread_local variables, however long that takes.
  stop_result stop_for(time_limit limit, std::source_location where = std::source_location::current()) noexcept;

  /// stop() without the waiting: stopped() tells when it is done. What callbacks captured that neither run nor are due is
  /// destroyed by this call: own no lock that its destructors take.
  void request_stop() noexcept;

  /// Signalled, for good, when no callback runs and none will.
  handle_ref stopped() const noexcept;

 private:
  friend class pool_timer;
  friend class pool_work;
  friend class registered_wait;
  post_status post_function(unique_function<void()> work, run_on where, priority level);
  registered_wait register_function(handle_ref object, unique_function<void(callback_scope&)> callback, repeat mode,
                                    time_limit limit, const wait_options& options, const std::source_location& where);

  pool_core* core_;
};

}  // namespace quiesce::inline v0
