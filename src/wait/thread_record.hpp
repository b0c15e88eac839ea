#pragma once

#include <cstdint>

#include "wait/trampoline.hpp"

namespace quiesce::inline v0 {

class running_callback;

/// One callback that runs on a thread, from its begin to the destruction of what it captured. Frames are nested when a
/// callback, directly or not, runs another one on its own stack.
struct callback_frame {
  const void* of;    // the registration or work item
  const void* pool;  // which it belongs to
  callback_frame* outer = nullptr;
  std::uint64_t begun_after = 0;  // the last wait for callbacks of `of` that does not wait for this one
  bool is_counted = true;         // the pool counts it as running, or what it is a part of
};

/// Something that one thread owns, such as a mutex, and that has to be told when the thread ends without giving it up.
class owned_by_thread {
 public:
  /// The owner is ending. Called on it, with no lock held, after it was taken out of the list. Last touch of the object.
  virtual void abandon() noexcept = 0;

 protected:
  ~owned_by_thread() = default;

 private:
  friend struct thread_record;

  owned_by_thread* newer_ = nullptr;  // these belong to the owner
  owned_by_thread* older_ = nullptr;
};

/// What somebody on a higher floor does about it that a thread blocks in a wait. Called by that thread, with no lock
/// held, around each time that it does.
class blocking_hooks {
 public:
  virtual void blocking_begins() noexcept = 0;
  virtual void blocking_ends() noexcept = 0;

 protected:
  ~blocking_hooks() = default;
};

/// What the library knows of one thread. Trivially destructible: it can be used until the thread's very end.
struct thread_record {
  callback_frame* innermost = nullptr;  // the call chain of callbacks
  const void* worker_of = nullptr;      // the pool whose worker this thread is
  bool is_persistent = false;           // and whether it is its persistent thread
  running_callback* running = nullptr;  // of a worker: where it says what it runs
  blocking_hooks* hooks = nullptr;      // null: nobody cares
  owned_by_thread* newest_owned = nullptr;
  trampoline inline_calls;  // what its signals have made due on itself

  static thread_record& current() noexcept;

  /// A number that no other thread of the process has had or will have; never zero. Only the thread itself may ask.
  std::uint64_t number() noexcept { return number_ != 0 ? number_ : draw_number(); }

  /// For the creation of what threads can own. After it owning fails only if the C library has no memory to notice the end
  /// of a thread that uses more than 32 keys; that ends the process. Errors: std::system_error.
  static void prepare_owning();

  /// The thread owns `object` from now on: it is abandoned when the thread ends, unless it is disowned before.
  void own(owned_by_thread& object) noexcept {
    if (!watches_end_) watch_end();
    object.newer_ = nullptr;
    object.older_ = newest_owned;
    if (newest_owned != nullptr) newest_owned->newer_ = &object;
    newest_owned = &object;
  }
  void disown(owned_by_thread& object) noexcept {
    if (object.older_ != nullptr) object.older_->newer_ = object.newer_;
    (object.newer_ != nullptr ? object.newer_->older_ : newest_owned) = object.older_;
  }

  bool is_inside(const void* callback) const noexcept {
    for (const callback_frame* frame = innermost; frame != nullptr; frame = frame->outer) {
      if (frame->of == callback) return true;
    }
    return false;
  }

  bool is_inside_pool(const void* pool) const noexcept {
    for (const callback_frame* frame = innermost; frame != nullptr; frame = frame->outer) {
      if (frame->pool == pool) return true;
    }
    return false;
  }
  /// Whether the pool counts as running what this thread is inside of.
  bool runs_for_pool(const void* pool) const noexcept {
    for (const callback_frame* frame = innermost; frame != nullptr; frame = frame->outer) {
      if (frame->pool == pool && frame->is_counted) return true;
    }
    return false;
  }

 private:
  std::uint64_t draw_number() noexcept;
  void watch_end() noexcept;
  static void end(void* record) noexcept;

  std::uint64_t number_ = 0;
  bool watches_end_ = false;
};

/// Marks the calling thread as inside a callback, for its lifetime.
class inside_callback {
 public:
  inside_callback(const void* of, const void* pool, std::uint64_t begun_after = 0, bool is_counted = true) noexcept
      : record_(thread_record::current()), frame_{of, pool, record_.innermost, begun_after, is_counted} {
    record_.innermost = &frame_;
  }
  inside_callback(const inside_callback&) = delete;
  inside_callback& operator=(const inside_callback&) = delete;
  ~inside_callback() { record_.innermost = frame_.outer; }

 private:
  thread_record& record_;
  callback_frame frame_;
};

/// The calling thread is blocked in a wait, for the lifetime of this.
class blocked_thread {
 public:
  blocked_thread() noexcept : hooks_(thread_record::current().hooks) {
    thread_record::current().inline_calls.hand_over();  // before the hooks see how much is queued
    if (hooks_ != nullptr) hooks_->blocking_begins();
  }
  blocked_thread(const blocked_thread&) = delete;
  blocked_thread& operator=(const blocked_thread&) = delete;
  ~blocked_thread() {
    if (hooks_ != nullptr) hooks_->blocking_ends();
  }

 private:
  blocking_hooks* hooks_;
};

}  // namespace quiesce::inline v0
