#pragma once

#include <concepts>
#include <cstddef>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include "quiesce/callback_scope.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/run_on.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/unique_function.hpp"

namespace quiesce::inline v0 {

struct work_options {
  std::string name{};                 ///< for errors and reports
  run_on where = run_on::worker;      ///< which thread makes its callbacks
  priority level = priority::normal;  ///< when they begin, among all that is queued for the workers
  bool overlap = true;                ///< callbacks of this work may run at the same time on several workers
};

/// A function that is made once and can be queued on a pool any number of times: each submit makes one callback. How it is
/// stopped, and how one waits for its callbacks: see callback_source.
///
/// Callbacks of one work may run at the same time, as those of posted functions do; made without overlap they run one
/// after the other, on whatever worker.
///
/// Allocates: all that it will ever need, when it is made: submitting and stopping allocate nothing and cannot fail.
/// Errors:   more than 8,388,607 callbacks that are due and have not begun end the process. For an exception that leaves a
///           callback see on_exception.
/// Source:   CreateThreadpoolWork and its functions of Windows.
class pool_work : public callback_source {
 public:
  /// `work` takes nothing, or a callback_scope.
  /// Errors: std::bad_alloc and what copying the function throws; std::invalid_argument for the signalling thread. On a
  ///         pool that is stopping the work is made stopped.
  template <class F>
    requires std::invocable<std::decay_t<F>&>
  pool_work(thread_pool& pool, F&& work, work_options options = {})
      : pool_work(pool, function(without_arguments<std::decay_t<F>>{std::forward<F>(work)}), options) {}
  template <class F>
    requires std::invocable<std::decay_t<F>&, callback_scope&>
  pool_work(thread_pool& pool, F&& work, work_options options = {})
      : pool_work(pool, function(std::forward<F>(work)), options) {}

  pool_work(pool_work&&) noexcept = default;
  pool_work& operator=(pool_work&&) noexcept = default;

  /// Queues the function once more.
  /// Orders:  all before submit() happens before that callback.
  /// Returns: queued; or refused, when the work is stopping or has stopped.
  /// From a callback: allowed, of this work too. Never runs the function inside the call.
  post_status submit(std::source_location where = std::source_location::current()) noexcept;

  /// Takes back what was submitted and has not begun.
  /// Returns: how many callbacks that were.
  std::size_t cancel(std::source_location where = std::source_location::current()) noexcept;

 private:
  using function = unique_function<void(callback_scope&)>;
  pool_work(thread_pool& pool, function work, const work_options& options);
};

}  // namespace quiesce::inline v0
