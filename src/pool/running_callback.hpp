#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace quiesce::inline v0 {

/// What one thread is running, for those who ask who is in flight. Each worker has one of these on its stack, and so has
/// who runs a callback inline, for as long as that takes; all of them stand in one list of the process. The thread writes
/// it without a lock; others read it under the lock of the list, which a worker takes only when it comes and goes.
///
///   I1  while `of_` is not null the thread is inside a callback of that, and begun_at_ is when it began: of_ is written
///       last at the begin and cleared first at the end
///   I2  who has read begun_at_ between two equal readings of of_ has a moment at which a callback of that began; with a
///       callback of the same between them, of the earlier or the later one
class running_callback {
 public:
  running_callback() noexcept;
  running_callback(const running_callback&) = delete;
  running_callback& operator=(const running_callback&) = delete;
  ~running_callback();

  /// Whether the calling thread has one of these that says nothing now: a worker that is inside no callback has.
  static bool can_begin() noexcept;
  /// On its own thread: a callback of `of` begins: a registration, or a pool for a function that was posted to it.
  static void begins(const void* of) noexcept;
  static void ended() noexcept;

  struct found {
    std::int64_t running_for;  // nanoseconds
    std::uint64_t thread;      // the kernel's number of it
  };
  /// All that run now. Errors: std::bad_alloc.
  static std::vector<found> all_of(const void* of);

 private:
  std::atomic<const void*> of_{nullptr};
  std::atomic<std::int64_t> begun_at_{0};
  const std::uint64_t thread_;
  running_callback* const outer_;  // of the same thread: a worker, inside a callback
  running_callback* next_ = nullptr;
  running_callback** previous_ = nullptr;
};

}  // namespace quiesce::inline v0
