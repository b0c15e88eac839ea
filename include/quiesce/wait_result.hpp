#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace quiesce::inline v0 {

/// How a wait ended.
enum class wait_status : std::uint8_t {
  signalled,    ///< the object was taken
  abandoned,    ///< a mutex was taken whose owner ended without releasing it
  timed_out,    ///< the limit came first; nothing was taken
  stopped,      ///< a stop was requested first; nothing was taken
  interrupted,  ///< the thread was interrupted first; nothing was taken; nothing interrupts a wait yet
  aborted,      ///< the thread was asked to abort first; nothing was taken; nothing aborts a wait yet
  failed,       ///< the object can never be signalled any more, as `error` says; no kind of object ends a wait so yet
};

/// The outcome of a wait. True in a condition when something was taken.
struct [[nodiscard]] wait_result {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  wait_status status;
  std::size_t index = none;  ///< which of the handles; none for time-outs and stops
  std::error_code error{};   ///< with failed

  explicit operator bool() const noexcept {
    return status == wait_status::signalled || status == wait_status::abandoned;
  }
};

}  // namespace quiesce::inline v0
