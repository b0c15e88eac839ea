#pragma once

#include <exception>
#include <functional>
#include <utility>

#include "quiesce/pool_options.hpp"

namespace quiesce::inline v0 {

/// What a pool does about exceptions that leave callbacks.
class exception_policy {
 public:
  exception_policy() noexcept = default;
  exception_policy(on_exception chosen, std::function<void(std::exception_ptr)> handler) noexcept
      : chosen_(chosen), handler_(std::move(handler)) {}

  /// Calls `work`. `kept`: where an exception is kept for who waits for this work; null when nobody can.
  /// Returns: whether it returned; otherwise the work has failed, and its exception has been delivered.
  ///
  /// With terminate nothing stands between the throw and the end of the thread's stack that catches, or that is
  /// noexcept: g++ would run the destructors on the way to such a place first. So no function that calls this one, down
  /// to the thread's first, is noexcept, and the search for a handler ends in std::terminate with the stack intact.
  template <class Work>
  bool run(Work&& work, std::exception_ptr* kept = nullptr) const {
    if (terminates(kept)) {
      work();
      return true;
    }
    try {
      work();
      return true;
    } catch (...) {
      deliver(std::current_exception(), kept);
    }
    return false;
  }

 private:
  bool terminates(const std::exception_ptr* kept) const noexcept {
    return chosen_ == on_exception::terminate || (chosen_ == on_exception::keep && kept == nullptr && !handler_);
  }

  void deliver(std::exception_ptr thrown, std::exception_ptr* kept) const noexcept {
    if (chosen_ == on_exception::keep && kept != nullptr) {
      *kept = std::move(thrown);
    } else {
      handler_(std::move(thrown));
    }
  }

  on_exception chosen_ = on_exception::terminate;
  std::function<void(std::exception_ptr)> handler_;
};

}  // namespace quiesce::inline v0
