#include "quiesce/registered_wait.hpp"

#include "base/contract.hpp"
#include "pool/registration.hpp"
#include "quiesce/thread_pool.hpp"

namespace quiesce::inline v0 {

registered_wait::registered_wait(thread_pool& pool, function callback, repeat mode, time_limit again_limit,
                                 const wait_options& options)
    : callback_source(registration::create(*pool.core_, std::move(callback), options,
                                           {.overlap = options.overlap, .repeats = mode == repeat::until_stopped},
                                           again_limit)) {}

arm_status registered_wait::arm(handle_ref object, deadline until, std::source_location where) noexcept {
  registration& wait = checked(where);
  if (object.object() == nullptr)
    base::fatal_misuse("a registered wait was armed with a null handle", wait.name(), where);
  return wait.arm(*object.object(), until, where);
}

bool registered_wait::disarm(std::source_location where) noexcept { return checked(where).disarm(); }

}  // namespace quiesce::inline v0
