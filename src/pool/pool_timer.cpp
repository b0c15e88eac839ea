#include "quiesce/pool_timer.hpp"

#include "base/contract.hpp"
#include "pool/registration.hpp"
#include "pool/signalled_only.hpp"
#include "quiesce/thread_pool.hpp"

namespace quiesce::inline v0 {

pool_timer::pool_timer(thread_pool& pool, function callback, const timer_options& options)
    : callback_source(registration::create(
          *pool.core_, std::move(callback),
          {.name = options.name, .where = refuse_signalling_thread(options, "timer").where, .level = options.level}, {},
          time_limit::none(), registration::source::timer)) {}

arm_status pool_timer::set(deadline due, std::chrono::nanoseconds period, std::chrono::nanoseconds window,
                           std::source_location where) noexcept {
  registration& timer = checked(where);
  if (period < period.zero()) base::fatal_misuse("a timer was set with a negative period", timer.name(), where);
  if (window < window.zero()) base::fatal_misuse("a timer was set with a negative window", timer.name(), where);
  return timer.set_timer(due, period, window, where);
}

bool pool_timer::cancel(std::source_location where) noexcept { return checked(where).disarm(); }

}  // namespace quiesce::inline v0
