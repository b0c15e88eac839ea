#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

thread_record& thread_record::current() noexcept {
  static thread_local constinit thread_record record;
  return record;
}

}  // namespace quiesce::inline v0
