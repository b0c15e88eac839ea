/// One execution with as many of the wanted interruptions as it comes by: while a failure is shrunk.
#pragma once

#include "search.hpp"
#include "shrink.hpp"

namespace explore {

/// Where an interruption is not possible the default goes on, so that no wish makes an execution impossible.
class trial_search final : public search {
 public:
  /// `wanted` stays.
  explicit trial_search(const interruptions& wanted) noexcept : wanted_(wanted) {}
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  bool advance(const engine&) noexcept override { return false; }

 private:
  const interruptions& wanted_;
  unsigned message_ = 0;  // of the step that is made now
};

}  // namespace explore
