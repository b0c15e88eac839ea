#pragma once

namespace quiesce::inline v0 {

/// One callback that runs on a thread, from its begin to the destruction of what it captured. Frames are nested when a
/// callback, directly or not, runs another one on its own stack.
struct callback_frame {
  const void* of;    // the registration or work item
  const void* pool;  // which it belongs to
  callback_frame* outer = nullptr;
};

/// What the library knows of one thread. Trivially destructible: it can be used until the thread's very end.
struct thread_record {
  callback_frame* innermost = nullptr;  // the call chain of callbacks
  const void* worker_of = nullptr;      // the pool whose worker this thread is
  bool is_blocked_worker = false;       // it waits in a stop, and its pool has counted that

  static thread_record& current() noexcept;

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
};

/// Marks the calling thread as inside a callback, for its lifetime.
class inside_callback {
 public:
  inside_callback(const void* of, const void* pool) noexcept
      : record_(thread_record::current()), frame_{of, pool, record_.innermost} {
    record_.innermost = &frame_;
  }
  inside_callback(const inside_callback&) = delete;
  inside_callback& operator=(const inside_callback&) = delete;
  ~inside_callback() { record_.innermost = frame_.outer; }

 private:
  thread_record& record_;
  callback_frame frame_;
};

}  // namespace quiesce::inline v0
