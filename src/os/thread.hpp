#pragma once

#include <pthread.h>

#include <cstdint>

namespace quiesce::inline v0::os {

/// A thread of the library: it has a name, takes no signals but the synchronous ones (those that its own instructions
/// raise), and has to be joined or detached by its owner.
class thread {
 public:
  /// An exception that leaves it ends the process at the place of the throw: nobody catches it further down.
  using body = void (*)(void* argument);

  /// Errors: std::system_error when the system refuses a thread. `name` is cut to the 15 characters the kernel keeps.
  static thread start(const char* name, body run, void* argument);

  thread() noexcept = default;  // none

  /// The number by which the kernel knows the calling thread.
  static std::uint64_t current_number() noexcept;

  void join() noexcept;
  void detach() noexcept;
  bool is_current() const noexcept;
  explicit operator bool() const noexcept { return exists_; }

 private:
  explicit thread(pthread_t id) noexcept : id_(id), exists_(true) {}

  pthread_t id_{};
  bool exists_ = false;
};

}  // namespace quiesce::inline v0::os
