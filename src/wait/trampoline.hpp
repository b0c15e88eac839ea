#pragma once

#include <utility>

namespace quiesce::inline v0 {

/// What a thread has made due by a signal, and is to run itself. It belongs to a higher floor.
class inline_call {
 public:
  /// On the thread that queued it, with no lock held. Last touch of the call by the trampoline.
  virtual void run_inline() noexcept = 0;

  /// The thread is about to block: somebody else has to run it. With no lock held. Last touch likewise.
  virtual void hand_over() noexcept = 0;

 protected:
  ~inline_call() = default;

 private:
  friend class trampoline;

  inline_call* next_ = nullptr;  // of the thread on whose trampoline it stands
};

/// Where a thread runs what its own signals have made due, first in, first out. Who signals, or arms, queues here while he
/// holds locks, and calls run() when he has let them all go. Nothing allocates.
///
///   I1  only its own thread touches it
///   I2  one call runs at a time: what is queued meanwhile, however deep in its call chain, runs after it
///   I3  it is empty unless a call runs, or the thread is on its way from queueing to run() or hand_over(). On that way it
///       signals nothing under a lock: so no run() ever begins under one
///   I4  it is empty while its thread is blocked in a wait of the library: what may have to come first is not held up
class trampoline {
 public:
  void append(inline_call& call) noexcept {
    call.next_ = nullptr;
    (first_ != nullptr ? last_->next_ : first_) = &call;
    last_ = &call;
  }

  /// Runs what is queued, and what that queues, until nothing is left; unless this thread is doing so already, further out
  /// on its stack.
  void run() noexcept {
    if (first_ != nullptr && !is_running_) run_all();
  }

  /// The thread is about to block. Who takes a call over may signal under his own lock: nothing runs meanwhile.
  void hand_over() noexcept {
    const bool was_running = std::exchange(is_running_, true);
    while (first_ != nullptr) take().hand_over();
    is_running_ = was_running;
  }

  /// Who is about to run code of the user before he comes to run(): unless run() does nothing here anyway.
  void hand_over_unless_running() noexcept {
    if (!is_running_) hand_over();
  }

 private:
  void run_all() noexcept;

  inline_call& take() noexcept {
    inline_call& call = *first_;
    first_ = call.next_;
    return call;
  }

  inline_call* first_ = nullptr;
  inline_call* last_ = nullptr;  // unless it is empty
  bool is_running_ = false;
};

}  // namespace quiesce::inline v0
