#pragma once

#include <chrono>
#include <functional>
#include <source_location>
#include <string>

#include "pool/exception_policy.hpp"
#include "quiesce/pool_options.hpp"

namespace quiesce::inline v0 {

/// What a pool is made of: its options, checked, with every default filled in.
struct pool_settings {
  std::string name = "quiesce";
  unsigned minimum = 1;  // 1 <= minimum <= maximum
  unsigned running = 1;  // 1 <= running <= maximum
  unsigned maximum = 1;
  exception_policy exceptions{};
  std::function<void(const std::string&)> report{};  // not empty
  std::chrono::nanoseconds idle_limit = std::chrono::seconds(5);
  std::chrono::nanoseconds stuck_limit = std::chrono::seconds(1);

  /// `processors` tells how many this process may use; called when no number was asked for.
  /// Errors: std::logic_error for options that contradict each other.
  static pool_settings from(pool_options options, unsigned (*processors)(), const std::source_location& where);
};

}  // namespace quiesce::inline v0
