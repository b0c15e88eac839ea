#pragma once

#include <utility>

namespace quiesce::inline v0::os {

/// Keeps the shared object that some code lives in loaded, as one more dlopen() of it does.
///
/// Letting go is in two parts, because the dynamic loader has a lock, which is held while constructors and destructors of
/// libraries run: a thread that such a destructor waits for must not ask for it. So who lets go, which may be a worker
/// under way to tell a stop, only leaves the object to be closed; and it is closed
///   - by a thread that returns from a stop, in close_all(). It may wait for the loader, since nobody waits for it
///     through this library; and if it holds the lock itself, it can take it again. Of several at the same time one closes
///     what all have left, and the others do not wait for it: it may be waiting for the loader's lock, which they hold
///   - otherwise by a thread that is made for it and ends then, in see_to_closing(). Nobody waits for that one at all
///
/// The object is closed by code of this library only, from where no way leads back into it. What runs in closing, the
/// object's own destructors, runs without a lock of this library.
class pinned_code {
 public:
  /// Nothing is pinned.
  pinned_code() noexcept = default;

  /// The object that `code`, which must be loaded, lies in. Nothing if that is the program itself, or whatever holds this
  /// library: the program cannot be unloaded, and staying_code sees to the other.
  /// Blocks:    for the loader's lock, unless nothing is pinned.
  /// Allocates: only what is pinned; throws std::bad_alloc.
  explicit pinned_code(const void* code);

  pinned_code(pinned_code&& other) noexcept : pin_(std::exchange(other.pin_, nullptr)) {}
  pinned_code& operator=(pinned_code&& other) noexcept {
    std::swap(pin_, other.pin_);
    other.let_go();
    return *this;
  }
  ~pinned_code() { let_go(); }

  explicit operator bool() const noexcept { return pin_ != nullptr; }

  /// Leaves it to be closed. Neither blocks nor allocates.
  void let_go() noexcept {
    if (pin_ != nullptr) leave(*std::exchange(pin_, nullptr));
  }

  /// Closes all that was left, on the calling thread.
  static void close_all() noexcept;

  /// Has all that was left closed by another thread, soon. If the system refuses it, by the next call of either.
  static void see_to_closing() noexcept;

 private:
  struct pin;

  static void leave(pin& done) noexcept;
  static void close_until_none(void*) noexcept;

  pin* pin_ = nullptr;
};

}  // namespace quiesce::inline v0::os
