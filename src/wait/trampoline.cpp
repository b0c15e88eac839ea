#include "wait/trampoline.hpp"

namespace quiesce::inline v0 {

void trampoline::run_all() noexcept {
  is_running_ = true;
  while (first_ != nullptr) take().run_inline();
  is_running_ = false;
}

}  // namespace quiesce::inline v0
