#pragma once

#include <span>
#include <stop_token>

#include "quiesce/deadline.hpp"
#include "wait/wait_graph.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// A thread that sleeps until it is given a mutex, for the graph of waits.
class blocked_taking final : private blocked_wait {
 public:
  /// Whether such a wait belongs there: nothing but the mutex ends it, and somebody may wait for this thread. A wait for
  /// any of several does not: another one of them may come.
  static bool is_looked_at(std::span<const waiter> places, deadline until, const std::stop_token& token) noexcept;

  /// The places are queued, and hold references of their objects.
  blocked_taking(std::span<const waiter> places, const std::source_location& where) noexcept
      : blocked_wait(false, where), places_(places) {
    enter();
  }
  ~blocked_taking() { leave(); }

 private:
  way_out leaves_by() const noexcept override { return way_out::mutex; }
  bool is_held_up_by(const blocked_wait& other) const noexcept override;
  std::string text(const blocked_wait& next) const override;
  std::string_view text_of_edge() const noexcept override { return ", whose owner is in "; }
  std::string_view rule() const noexcept override {
    return "threads wait for each other for ever, in a circle through a mutex";
  }

  std::span<const waiter> places_;
};

}  // namespace quiesce::inline v0
