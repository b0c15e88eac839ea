#pragma once

#include <chrono>
#include <concepts>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "quiesce/callback_scope.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/deadline.hpp"
#include "quiesce/run_on.hpp"
#include "quiesce/unique_function.hpp"

namespace quiesce::inline v0 {

class thread_pool;

struct timer_options {
  std::string name{};                 ///< for errors and reports
  run_on where = run_on::worker;      ///< which thread makes its callbacks
  priority level = priority::normal;  ///< when they begin, among all that is queued for the workers
};

/// Makes a callback on a pool at a moment of a clock, once or periodically. It uses no thread while it waits. Set,
/// cancelled and set anew at any time, also by its own callback, which runs one at a time. How it is stopped, and how one
/// waits for its callbacks: see callback_source. (A timer that threads wait for is quiesce::timer.)
///
/// Allocates: all that it will ever need, when it is made: setting and stopping allocate nothing and cannot fail.
/// Errors:   a negative period or window ends the process with the place of the call. For an exception that leaves a
///           callback see on_exception.
/// Source:   CreateThreadpoolTimer and SetThreadpoolTimer of Windows.
class pool_timer : public callback_source {
 public:
  /// A timer that is not set. `callback` takes nothing, or a callback_scope.
  /// Errors: std::bad_alloc and what copying the callback throws; std::invalid_argument for the signalling thread. On a
  ///         pool that is stopping the timer is made stopped.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  pool_timer(thread_pool& pool, F&& callback, timer_options options = {})
      : pool_timer(pool, function(without_arguments<std::decay_t<F>>{std::forward<F>(callback)}), options) {}
  template <class F>
    requires std::invocable<std::decay_t<F>&, callback_scope&>
  pool_timer(thread_pool& pool, F&& callback, timer_options options = {})
      : pool_timer(pool, function(std::forward<F>(callback)), options) {}

  pool_timer(pool_timer&&) noexcept = default;
  pool_timer& operator=(pool_timer&&) noexcept = default;

  /// Makes a callback at `due`, and then every `period` if that is not zero; an earlier setting that has not fired is
  /// replaced. A moment that has passed makes one soon. Nothing is early. Periods are counted on the steady clock: from
  /// `due` or, if that is on the system clock, from the moment at which the first callback begins; those that pass while a
  /// callback is due or held up merge into one.
  /// With a window the callback may come as late as `due` plus the window, to save wake-ups: it comes then, or earlier
  /// with the first other deadline on the same clock for which the library wakes up anyway. So timers whose windows overlap
  /// fire together.
  /// Blocks:  at most for another thread's setting of the same timer, a few instructions.
  /// Orders:  all before set() happens before the callback.
  /// Returns: armed; replaced; or refused, when it is stopping.
  /// From a callback: allowed, of this timer too.
  arm_status set(deadline due, std::chrono::nanoseconds period = {}, std::chrono::nanoseconds window = {},
                 std::source_location where = std::source_location::current()) noexcept;

  /// Takes the setting back, with its period. A callback that is due still runs.
  /// Returns: false when nothing was set, because it had fired already or the timer is stopping.
  bool cancel(std::source_location where = std::source_location::current()) noexcept;

 private:
  using function = unique_function<void(callback_scope&)>;
  pool_timer(thread_pool& pool, function callback, const timer_options& options);
};

}  // namespace quiesce::inline v0
