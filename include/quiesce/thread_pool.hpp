#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "quiesce/deadline.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/unique_function.hpp"

namespace quiesce::inline v0 {

class pool_core;

struct pool_options {
  std::string name{};    ///< of its threads, cut to 15 characters; "quiesce" when empty
  unsigned running = 0;  ///< how many callbacks run at once; 0: the processors this process may use, at least 1
};

enum class post_status : std::uint8_t {
  queued,   ///< it will run
  refused,  ///< the pool, or the work, is stopping or has stopped: it will not run
};

/// Threads that run callbacks: of posted functions, and of registered waits. They begin in the order in which they were
/// queued; a callback that has to follow a running one of the same wait is queued when that one ends. With one worker
/// they never overlap, so they may share state freely.
///
/// Workers are started with the pool, take no signals but the synchronous ones, and sleep when there is nothing to do.
/// Limits of armed waits are kept by one thread for the whole process, which the first pool starts and the last one ends (timers and
/// other handles keep it running too).
///
/// Lifetime: destruction stops. A pool may be destroyed in one of its own callbacks: its threads then end by themselves.
/// Errors:   the constructor throws std::system_error when the system refuses a thread or a descriptor, and
///           std::bad_alloc; then nothing is left behind. An exception that leaves a callback ends the process.
/// Source:   CreateThreadpool of Windows.
class thread_pool {
 public:
  explicit thread_pool(pool_options options = {});
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool();

  /// Runs `work` once on a worker.
  /// Orders:    all before post() happens before `work`.
  /// Allocates: one entry; throws std::bad_alloc and what moving `work` throws, and then nothing is queued.
  /// From a callback: allowed. Never runs `work` inside the call.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  post_status post(F&& work) {
    return post_function(unique_function<void()>(std::forward<F>(work)));
  }

  /// Makes a registered wait and arms it at once. With until_stopped every signal, and every time that `limit` passes
  /// without one, makes a callback; the wait arms itself again when a callback begins, the limit counted anew. A
  /// manual-reset event that stays set makes callbacks without end.
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
  std::vector<callback_info> drain(deadline until, std::source_location where = std::source_location::current());

  /// Refuses new work and all arming, stops every registered wait of this pool, and waits until all that was queued or
  /// had fired has run. Then the workers have ended.
  /// Blocks:  until then. From inside a callback of this pool, or the destruction of one: not at all; the answer is
  ///          deferred, and what was queued or had fired still runs.
  /// Orders:  all that callbacks did happens before the return.
  stop_result stop() noexcept;

  /// stop(), but gives up waiting after `limit`.
  stop_result stop_for(time_limit limit) noexcept;

  /// stop() without the waiting: stopped() tells when it is done.
  void request_stop() noexcept;

  /// Signalled, for good, when no callback runs and none will.
  handle_ref stopped() const noexcept;

 private:
  friend class pool_timer;
  friend class pool_work;
  friend class registered_wait;
  post_status post_function(unique_function<void()> work);
  registered_wait register_function(handle_ref object, unique_function<void(callback_scope&)> callback, repeat mode,
                                    time_limit limit, const wait_options& options, const std::source_location& where);

  pool_core* core_;
};

}  // namespace quiesce::inline v0
