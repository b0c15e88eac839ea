#pragma once

#include <source_location>
#include <string_view>
#include <utility>

#include "quiesce/waitable.hpp"

namespace quiesce::inline v0 {

/// Owns one reference to an object that can be waited for. A handle moves; duplicate() makes another handle to the same
/// object, with a lifetime of its own. After a move from it, and when default-constructed, a handle is null.
///
/// Closing a handle (destroying it, or assigning to it) while threads or registered waits wait on its object is safe:
/// they hold references of their own, and only this handle's reference goes. One handle, as any C++ object, must not be
/// assigned to or destroyed while another thread uses that same handle; use a duplicate.
class handle {
 public:
  handle() noexcept = default;
  handle(handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  handle& operator=(handle&& other) noexcept {
    if (this != &other) {
      waitable* const old = std::exchange(object_, std::exchange(other.object_, nullptr));
      if (old != nullptr) old->release();
    }
    return *this;
  }
  ~handle() {
    if (object_ != nullptr) object_->release();
  }

  /// Another handle to the same object. A null handle gives a null handle. Never blocks, allocates or fails.
  [[nodiscard]] handle duplicate() const noexcept { return handle(shared()); }

  explicit operator bool() const noexcept { return object_ != nullptr; }

  /// Gives the object the name under which errors and reports speak of it; all its handles share it.
  /// Errors: std::bad_alloc (the old name stays); a null handle is a bug of the caller (std::logic_error).
  void set_name(std::string_view name, std::source_location where = std::source_location::current());

 protected:
  explicit handle(waitable* owned) noexcept : object_(owned) {}

  /// The object, with one more reference; null for a null handle.
  waitable* shared() const noexcept {
    if (object_ != nullptr) object_->add_reference();
    return object_;
  }

  /// The object of a handle that must not be null: ends the process with the caller's place when it is.
  waitable& checked(const std::source_location& where) const noexcept {
    if (object_ == nullptr) [[unlikely]]
      refuse_null(where);
    return *object_;
  }

  /// The same for calls that may throw: std::logic_error with the caller's place.
  waitable& object_or_throw(const std::source_location& where) const {
    if (object_ == nullptr) [[unlikely]]
      refuse_null_throwing(where);
    return *object_;
  }

 private:
  friend class handle_ref;
  [[noreturn]] static void refuse_null_throwing(const std::source_location& where);
  [[noreturn]] static void refuse_null(const std::source_location& where) noexcept;

  waitable* object_ = nullptr;
};

/// One pointer to the object of a handle; owns nothing. What every wait takes; handles convert to it.
/// Lifetime: the handle it was made from, or another one to the same object, must live until the call that was given
/// the reference has looked at it: for waits, until they have returned or queued.
class handle_ref {
 public:
  handle_ref(const handle& of) noexcept : object_(of.object_) {}
  explicit handle_ref(waitable& object) noexcept : object_(&object) {}

  /// The object, or null when the handle was null.
  waitable* object() const noexcept { return object_; }

 private:
  waitable* object_;
};

}  // namespace quiesce::inline v0
