#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "quiesce/object_word.hpp"
#include "quiesce/reference_word.hpp"

namespace quiesce::inline v0 {

class waiter;
class queue_lock;

/// What stands behind every handle: a reference-counted object with one state word and one first-come-first-served
/// queue of waiters. Programs use handles; this class is public because the fast paths of events are inline.
///
/// An object begins with one reference, its creator's. Whoever is queued on it holds one of his own.
class waitable {
 public:
  waitable(const waitable&) = delete;
  waitable& operator=(const waitable&) = delete;

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

  /// Adds a reference unless the last one has gone: for those who found the object in a list that owns none.
  bool try_add_reference() noexcept;

  /// Drops one. The last one destroys the object. Last touch of the object by the caller.
  void release() noexcept;

  /// Takes the signal, as one wait that does not block would. Returns false when there was none at some moment of the
  /// call, or waiters stand before the caller. Lock-free unless the object is being changed under its lock.
  virtual bool try_take() noexcept;

  /// The name for reports; empty when none was given. Allocates; throws std::bad_alloc, nothing changed.
  std::string name();
  void set_name(std::string_view name);

 protected:
  explicit waitable(std::uint64_t value) noexcept : word_(value << object_word::value_shift) {}
  virtual ~waitable();

  /// Whether a wait may take the object now. Called with the queue lock held and the word as the holder has it, or
  /// without the lock on a word that was seen without flags.
  virtual bool is_available(std::uint64_t word) const noexcept = 0;

  /// The word after one wait took the object. Only asked of a word for which is_available() answered true.
  virtual std::uint64_t after_take(std::uint64_t word) const noexcept = 0;

  /// The first waiter has been queued; the queue lock is held. A kind whose state the kernel keeps asks for news here.
  virtual void waiting_begins() noexcept {}

  /// The last reference has gone. The default deletes the object.
  virtual void last_reference_dropped() noexcept;

  std::atomic<std::uint64_t> word_;

 private:
  friend class queue_lock;

  std::atomic<std::uint32_t> references_{reference_word::initial};
  waiter* first_waiter_ = nullptr;           // a ring; guarded by the queue lock
  std::shared_ptr<const std::string> name_;  // guarded by the queue lock
};

}  // namespace quiesce::inline v0
