#pragma once

#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

/// A handle that is signalled while a file descriptor is ready: readable or writable, ended, or in error, as poll() says.
///
/// Waiting takes nothing from the descriptor: it stays signalled until it is read from or written to. So a registered
/// wait that repeats may make a callback more than there was something to do: use descriptors that do not block, or arm
/// a one-shot wait again when the callback has read.
///
/// From a callback: everything here may be used.
/// Lifetime: the handle keeps a duplicate of the descriptor; the original may be closed.
class descriptor : public handle {
 public:
  enum class readiness { readable, writable };

  /// Errors: std::system_error with the number of the descriptor: it is not open, none is left, or it is of a kind that
  ///         is always ready and cannot be watched (a regular file).
  descriptor(int fd, readiness what);

  /// Another handle to the same readiness.
  [[nodiscard]] descriptor duplicate() const noexcept { return descriptor(shared()); }

 private:
  explicit descriptor(waitable* owned) noexcept : handle(owned) {}
};

}  // namespace quiesce::inline v0
