#pragma once

#include <cstdint>
#include <new>

/// This program's own operator new, and in flavours without a sanitizer its malloc too: they count, and refuse on request.
namespace counted {

/// By all threads since the start, of operator new and, where it can be counted, of malloc and its like.
std::uint64_t allocations() noexcept;

/// How many allocations of operator new are not freed.
std::int64_t alive() noexcept;

/// Allocations that `work` makes, and all other threads meanwhile.
template <class Work>
std::uint64_t during(Work work) {
  const std::uint64_t before = allocations();
  work();
  return allocations() - before;
}

/// While it lives, the n-th call of operator new by this thread, from now on counted from one, throws std::bad_alloc.
class failing {
 public:
  explicit failing(std::uint64_t nth) noexcept;
  failing(const failing&) = delete;
  failing& operator=(const failing&) = delete;
  ~failing();
  bool has_failed() const noexcept;
};

}  // namespace counted
