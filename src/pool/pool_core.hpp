#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "pool/blocked_stop.hpp"
#include "pool/crew.hpp"
#include "pool/pool_settings.hpp"
#include "pool/posted_word.hpp"
#include "pool/run_queue.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/event_object.hpp"
#include "reactor/reactor.hpp"

namespace quiesce::inline v0 {

class registration;

/// A pool behind its handle: its crew, and what may still make a callback. As an event it is signalled when the pool has
/// stopped.
///
///   I1  live_ counts what may still make a callback: registered waits that are not closed, entries that run on threads that
///       signal, and, as one, what was posted and had not ended when closing_ was set. But for the entries it only falls
///       while that is set, and what they add when it has come to zero makes no callback. Until then posted_ counts posts
///   I2  the crew is told to leave once: by who finds closing_ set and live_ zero first (leaving_)
///   I3  the core outlives its threads: each owns a reference, dropped as its last act
///   I4  the threads are joined by the first stop from outside, or detached when the pool's handle is dropped inside a
///       callback
class pool_core final : public event_object {
 public:
  /// Starts the threads. Errors: std::system_error, std::bad_alloc; then no thread is left.
  static pool_core& create(pool_settings settings);

  /// Queues an entry and wakes a thread for it. Last touch of the core by the caller unless he owns a reference.
  void push(work_item& item) noexcept { crew_.push(item); }

  /// An entry is queued on the thread that signals.
  void inline_queued() noexcept { crew_.inline_queued(); }
  /// It cannot run there: it is queued for the workers. As push().
  void take_over(work_item& item) noexcept { crew_.take_over(item); }
  /// It runs there, for as long as this lives. Until then the pool is there, and has not stopped.
  class inline_entry {
   public:
    explicit inline_entry(pool_core& pool) noexcept;
    inline_entry(const inline_entry&) = delete;
    inline_entry& operator=(const inline_entry&) = delete;
    ~inline_entry();
    /// What it stood for has begun, or there was nothing left of it. Once: until then it counts as queued.
    void has_begun() noexcept { pool_.crew_.inline_begins(); }

   private:
    pool_core& pool_;  // owned reference
  };

  /// Has to come before the first entry for the persistent thread is pushed, or can come to be.
  /// Errors: std::system_error, std::bad_alloc.
  void start_persistent();

  /// Counts work in, unless the pool is closing.
  bool accept_work() noexcept { return step(posted_word::on_accept) == posted_word::step::accepted; }
  /// Counts it out again. Returns whether the pool is stopping: then somebody waits for that, or will. Last touch of the
  /// core by the caller unless he owns a reference.
  bool work_ended() noexcept;

  /// A registered wait joins the pool; false when the pool is closing, and it has to be closed.
  bool join(registration& member) noexcept;
  void member_closed(registration& member) noexcept;

  /// Refuses new work and new arming, and closes every member. Does not block.
  void request_stop() noexcept;

  /// request_stop(), then waits, unless that would close a circle of stops. Not from a worker of this pool.
  stop_status stop_until(deadline until, blocked_stop::kind kind = blocked_stop::kind::stop,
                         const std::source_location& where = {}) noexcept;

  /// The handle is being dropped inside a callback: nobody will join the threads.
  void detach_workers() noexcept;

  /// Waits until nothing is in flight: at one moment nothing is queued and no thread makes a callback. Refuses and stops
  /// nothing. False: the limit came first, or this would wait in a circle. Not from inside a callback of this pool.
  bool drain_until(deadline until, const std::source_location& where) noexcept;
  /// Adds all that is in flight: of the registered waits first, then posted functions. Errors: std::bad_alloc.
  void append_in_flight(std::vector<callback_info>& to);

  /// The last thread has left.
  void all_left() noexcept;

  /// Whether the calling thread is one of this pool's.
  bool is_worker() const noexcept;
  /// Whether the calling thread is inside a callback of this pool, or destroys one.
  bool is_inside() const noexcept;
  /// Whether it is inside what the pool counts as running.
  bool is_running() const noexcept;

  /// Whether so many of the threads that could take up that entry are all that there are, and can be.
  bool has_only(std::size_t threads, const work_item& item) const noexcept { return crew_.has_only(threads, item); }

  /// The callback that the calling thread makes declares that it may run long. Whether another thread takes its place.
  bool may_run_long() noexcept { return is_worker() && crew_.may_run_long(); }

  const exception_policy& exceptions() const noexcept { return crew_.exceptions(); }
  const std::string& given_name() const noexcept { return crew_.name(); }
  pool_counts counts() noexcept { return crew_.counts(); }
  reactor::deadlines& deadlines() noexcept { return reactor_->deadlines(); }

 private:
  explicit pool_core(pool_settings settings);
  ~pool_core() override;

  posted_word::step step(posted_word::move (*transition)(std::uint64_t)) noexcept;
  void live_ended() noexcept;
  bool leaves_now() noexcept;

  std::mutex joining_;   // held while the threads are joined, so that every stop from outside returns after it
  bool joined_ = false;  // the threads have been joined or detached; guarded by joining_
  std::atomic<std::uint64_t> posted_{0};
  std::mutex mutex_;  // guards what follows, up to the crew
  registration* members_ = nullptr;
  registration* closing_members_ = nullptr;  // those that request_stop() has gone through
  std::size_t live_ = 0;
  bool closing_ = false;
  bool leaving_ = false;
  crew crew_;
  reactor::reactor::reference reactor_;  // until the pool has stopped
};

}  // namespace quiesce::inline v0
