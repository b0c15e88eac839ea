#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <source_location>

#include "handle/local_event.hpp"
#include "pool/awaited_callbacks.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/wait_result.hpp"
#include "wait/wait_graph.hpp"

namespace quiesce::inline v0 {

class pool_core;
class registration;

/// A thread that waits for callbacks of something else to end, for the graph of waits. It enters only if somebody may wait
/// for this thread.
class blocked_stop final : private blocked_wait {
 public:
  enum class kind : std::uint8_t {
    stop,        // may be answered deferred
    drain,       // the same: it gives up
    destructor,  // may not: what the callbacks use goes with it
    callbacks,   // a wait for callbacks, which has no other answer either
  };

  /// `end`: a manual-reset event, signalled when the wait is over. `of`: with kind::callbacks, what is waited for.
  /// `where`: the call, if it is known.
  blocked_stop(registration& target, event_object& end, kind what, deadline until, const std::source_location& where,
               const awaited_callbacks::wait* of = nullptr) noexcept;
  blocked_stop(pool_core& target, event_object& end, kind what, deadline until,
               const std::source_location& where) noexcept;
  ~blocked_stop();

  /// Signalled when the graph has something to say: the wait must not go on, which is_deferred() tells then; or what is
  /// due of the registration cannot run, and has to be taken back before waits_again().
  handle_ref news() noexcept { return handle_ref(news_); }
  bool is_deferred() const noexcept { return is_deferred_.load(std::memory_order_relaxed); }
  void waits_again() noexcept;

  /// What to answer after a wait for news() or the end. All that stand in a circle are deferred, though the first of them
  /// that goes on may bring the end of another one before that has looked.
  stop_status answer(const wait_result& ended) const noexcept {
    if (is_deferred()) return stop_status::deferred;
    return ended ? stop_status::stopped : stop_status::timed_out;
  }

 private:
  way_out leaves_by() const noexcept override;
  bool is_over() const noexcept override;
  bool is_held_up_by(const blocked_wait& other) const noexcept override;
  bool is_held_up_by(const callback_frame& frame) const noexcept;
  bool has_due() const noexcept override;
  bool could_be_run_by(const blocked_wait& other) const noexcept override;
  bool are_all_that_could_run_it(std::size_t threads) const noexcept override;
  void defer() noexcept override;
  void take_back() noexcept override;
  std::string text(const blocked_wait& next) const override;
  std::string_view text_of_edge() const noexcept override;
  std::string_view rule() const noexcept override;

  registration* const source_;  // null: the pool is what is waited for
  pool_core& pool_;
  event_object& end_;
  const awaited_callbacks::wait* const of_;
  const kind kind_;
  const bool has_entered_;
  std::atomic<bool> is_deferred_{false};  // set under the lock of the graph
  local_event news_;                      // set under it, and only while this stands in the graph
};

}  // namespace quiesce::inline v0
