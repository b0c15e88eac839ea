#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "handle/local_event.hpp"
#include "os/thread.hpp"
#include "pool/blocked_stop.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/event_object.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "reactor/reactor.hpp"
#include "wait/parker.hpp"

namespace quiesce::inline v0 {

class registration;

/// One entry of a run queue.
class work_item {
 public:
  /// Runs on a worker, without any lock. Last touch of the item by the pool.
  virtual void run() noexcept = 0;

  work_item* next = nullptr;  // guarded by the lock of the pool while queued

 protected:
  ~work_item() = default;
};

/// A pool behind its handle: workers, one run queue, and the list of the registered waits that run on it. As an event it
/// is signalled when the pool has stopped.
///
///   I1  live_ counts what may still make a callback: registered waits that are not closed, and posted work that has not
///       ended. It only falls while closing_ is set
///   I2  leaving_ is set when closing_ is and live_ has come to zero; from then on no entry of the run queue begins a
///       callback, and an entry that is pushed late may be run by anybody
///   I3  a worker in idle_ is told exactly once: by who takes it out of the list, under the lock
///   I4  the core outlives its workers: each owns a reference, dropped as its last act
///   I5  workers_ is joined by the first stop from outside, or detached when the pool's handle is dropped inside a callback
///   I6  all_blocked_ is signalled, outside the lock, if and only if blocked_ == count_
///   I7  in_flight_ counts the entries in the run queue and those that workers run. An entry that follows from another one
///       is pushed before that one has ended, so zero means that nothing was in flight at that moment
class pool_core final : public event_object {
 public:
  /// Starts the workers. Errors: std::system_error, std::bad_alloc; then no thread is left.
  static pool_core& create(const std::string& name, unsigned workers);

  /// Queues an entry and wakes a worker for it. Last touch of the core by the caller unless he owns a reference.
  void push(work_item& item) noexcept;

  /// Counts work in, unless the pool is closing.
  bool accept_work() noexcept;
  /// Counts it out again.
  void work_ended() noexcept;

  /// A registered wait joins the pool; false when the pool is closing, and it has to be closed.
  bool join(registration& member) noexcept;
  void member_closed(registration& member) noexcept;

  /// Refuses new work and new arming, and closes every member. Does not block.
  void request_stop() noexcept;

  /// request_stop(), then waits, unless that would close a circle of stops. Not from a worker of this pool.
  stop_status stop_until(deadline until, blocked_stop::kind kind = blocked_stop::kind::stop) noexcept;

  /// The handle is being dropped inside a callback: nobody will join the threads.
  void detach_workers() noexcept;

  /// Waits until nothing is in flight: at one moment the run queue is empty and no worker runs anything. Refuses and
  /// stops nothing. False: the limit came first, or this would wait in a circle. Not from inside a callback of this pool.
  bool drain_until(deadline until) noexcept;
  /// Adds all that is in flight: of the registered waits first, then posted functions. Errors: std::bad_alloc.
  void append_in_flight(std::vector<callback_info>& to);

  bool is_worker() const noexcept;
  /// Whether the calling thread is inside a callback of this pool, or destroys one.
  bool is_inside() const noexcept;

  /// A worker of this pool that waits in a stop, for as long as this lives.
  class blocked_worker {
   public:
    explicit blocked_worker(pool_core& pool) noexcept;
    blocked_worker(const blocked_worker&) = delete;
    blocked_worker& operator=(const blocked_worker&) = delete;
    ~blocked_worker();

   private:
    pool_core& pool_;
    bool counts_;  // not when it is nested in another one of the same thread
  };
  /// Signalled while every worker waits in a stop.
  handle_ref all_blocked() noexcept { return all_blocked_; }

  reactor::deadlines& deadlines() noexcept { return reactor_->deadlines(); }

 private:
  struct worker {
    pool_core* pool = nullptr;
    os::thread thread;
    parker told;
    worker* next_idle = nullptr;  // guarded by mutex_
    bool runs = false;            // an entry; guarded by mutex_
  };
  // A thread that waits until nothing is in flight, on its stack.
  struct drainer {
    local_event drained;
    drainer* next = nullptr;
    drainer** previous = nullptr;  // null: told, and in no list
  };

  explicit pool_core(unsigned workers);
  ~pool_core() override = default;

  void start_workers(const std::string& name);
  static void work(void* given) noexcept;
  work_item* next_item(worker& self) noexcept;
  worker* leave_if_over() noexcept;
  static void tell_all(worker* idle) noexcept;
  void entry_ended() noexcept;

  std::mutex joining_;  // held while the threads are joined, so that every stop from outside returns after it
  std::mutex mutex_;    // guards all below, up to the workers
  work_item* first_item_ = nullptr;
  work_item** end_of_items_ = &first_item_;
  worker* idle_ = nullptr;  // last in, first out: the warmest thread is taken
  registration* members_ = nullptr;
  registration* closing_members_ = nullptr;  // those that request_stop() has gone through
  std::size_t live_ = 0;
  std::size_t posted_ = 0;     // of these: posted work
  std::size_t in_flight_ = 0;  // entries that are queued or run
  drainer* drainers_ = nullptr;
  unsigned count_;        // constant once the threads have started
  unsigned left_ = 0;     // workers that have seen leaving_
  unsigned blocked_ = 0;  // workers that wait in a stop
  bool closing_ = false;
  bool leaving_ = false;
  bool joined_ = false;  // the threads have been joined or detached; guarded by joining_
  std::unique_ptr<worker[]> workers_;
  manual_reset_event all_blocked_;
  reactor::reactor::reference reactor_;  // until the pool has stopped
};

}  // namespace quiesce::inline v0
