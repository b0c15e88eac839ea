#pragma once

#include <mutex>

namespace quiesce::inline v0 {

/// The one lock of the process under which objects that stand in a wait for all of several are looked at and changed.
/// It is taken before any object's queue lock, never while one is held; who holds it may hold queue locks of several
/// objects. Objects that stand in no such wait never meet it.
///
/// No reference is dropped while it is held, since that may run code of the user.
class wide_lock {
 public:
  wide_lock() noexcept : hold_(lock()) {}
  wide_lock(const wide_lock&) = delete;
  wide_lock& operator=(const wide_lock&) = delete;

 private:
  friend class state_lock;
  static std::mutex& lock() noexcept;

  std::lock_guard<std::mutex> hold_;
};

/// Says that the caller holds the wide lock.
struct wide_lock_held {};

}  // namespace quiesce::inline v0
