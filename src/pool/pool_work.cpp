#include "quiesce/pool_work.hpp"

#include "pool/registration.hpp"
#include "pool/signalled_only.hpp"

namespace quiesce::inline v0 {

pool_work::pool_work(thread_pool& pool, function work, const work_options& options)
    : callback_source(registration::create(
          *pool.core_, std::move(work),
          {.name = options.name, .where = refuse_signalling_thread(options, "work").where, .level = options.level},
          {.overlap = options.overlap, .repeats = false}, time_limit::none(), registration::source::work)) {}

post_status pool_work::submit(std::source_location where) noexcept {
  return checked(where).submit(where) ? post_status::queued : post_status::refused;
}

std::size_t pool_work::cancel(std::source_location where) noexcept { return checked(where).drop_pending(); }

}  // namespace quiesce::inline v0
