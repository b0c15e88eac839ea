#include "os/affinity.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include "os/cpu_quota.hpp"

namespace quiesce::inline v0::os {
namespace {

struct set_deleter {
  void operator()(cpu_set_t* set) const noexcept { CPU_FREE(set); }
};

unsigned processors_of_the_mask() noexcept {
  // The kernel answers EINVAL to a set that is smaller than its own, and does not say how large that is.
  constexpr std::size_t largest = std::size_t{1} << 20;
  for (std::size_t processors = CPU_SETSIZE; processors <= largest; processors *= 2) {
    const std::unique_ptr<cpu_set_t, set_deleter> set(CPU_ALLOC(processors));
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(processors);
    if (::sched_getaffinity(0, bytes, set.get()) == 0) {
      return static_cast<unsigned>(std::max(1, CPU_COUNT_S(bytes, set.get())));
    }
    if (errno != EINVAL) break;
  }
  return static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace

unsigned usable_processors() { return usable_processors({}); }

unsigned usable_processors(const std::string& root) {
  const cpu_quota quota = find_cpu_quota(root);
  const unsigned allowed = processors_of_the_mask();
  return quota.is_limited ? std::min(quota.processors, allowed) : allowed;
}

}  // namespace quiesce::inline v0::os
