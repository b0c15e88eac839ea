#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "handle/local_event.hpp"
#include "os/thread.hpp"
#include "pool/incoming_items.hpp"
#include "pool/pool_settings.hpp"
#include "pool/run_queue.hpp"
#include "quiesce/pool_options.hpp"
#include "reactor/deadlines.hpp"
#include "wait/parker.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

class pool_core;

/// The threads of a pool, and what is queued for them. All is guarded by one lock, which is never held while a thread is
/// started, an entry runs, or somebody is told. Only a push that has nothing to do but to queue goes by without it: see
/// incoming_word. Who asks under the lock what is queued takes it over first, so for him it is there.
///
/// A worker is *idle*, or *away*, when its callback blocks in a wait of this library or has declared to run long, or
/// else *active*: it makes a callback, looks for one, or is just being started or woken. Who signals starts no thread:
/// the threads see to it themselves that there is one when something will be queued.
///
/// True whenever the lock is free; `running`, `maximum` and `minimum` are the pool's:
///   I1  threads_ = active + away + idle workers, each counted from the decision to start it until it has retired
///   I2  an idle thread is told exactly once: by who takes it out of the list, under the lock. So a retiring thread,
///       which takes itself out, is not told
///   I3  active >= running, or somebody is idle or looks for an entry (calling < active), or threads_ == maximum, or the
///       system has refused a thread: so what is queued is taken by somebody who is there already
///   I4  with an entry queued for workers: active >= running, or nobody is idle
///   I5  more than `running` are active only when some came back from being away; who ends a callback then turns idle
///   I6  somebody who is idle without a limit implies threads_ <= minimum, or that he became idle when that held: a
///       thread is added only while nobody is idle, so those that are too many have a limit
///   I7  leaving_ is set once, when no callback can begin any more; entries that are queued or pushed then begin none.
///       Threads are started only by who holds up the leaving: from inside a callback, or counted in as work
///   I8  pushes are attended to if one would have to wake somebody, all workers are blocked, or leaving_ is set
class crew final : private reactor::deadline_entry {
 public:
  crew(pool_core& pool, pool_settings settings);
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;
  ~crew();

  const exception_policy& exceptions() const noexcept { return settings_.exceptions; }
  const std::string& name() const noexcept { return settings_.name; }

  /// The threads that are there from the beginning.
  /// Errors: std::system_error, std::bad_alloc; threads that were started before that have to leave.
  void start();
  /// Errors: the same; then there is none. While it runs the pool must be held up from leaving.
  void start_persistent();

  /// Queues an entry and wakes a thread for it. Last touch of the crew by the caller unless he holds the pool.
  void push(work_item& item) noexcept {
    if (!item.is_for_workers() || !incoming_.push(item)) enqueue(item, 0);
  }

  /// An entry is queued on the thread that signals, begins there, and ends there.
  void inline_queued() noexcept;
  void inline_begins() noexcept;
  void inline_ended() noexcept;
  /// Such an entry, which has not begun, is queued for the workers instead. As push().
  void take_over(work_item& item) noexcept { enqueue(item, 1); }

  /// No callback can begin any more: the threads end. The last one tells the pool.
  void leave() noexcept;
  /// Whether there is a thread that has not left.
  bool is_present() const noexcept;
  /// When all have left.
  void join() noexcept;
  /// Nobody will join the threads. The last one drops what the program gave to be called.
  void detach() noexcept;
  /// When all have left, once: destroys what the program gave to be called, which nobody calls any more. Not later with the
  /// pool's last reference, which anybody may own, and drop anywhere. With no lock held: it is code of the program.
  void drop_functions() noexcept;
  /// When all have left: nothing will be reported any more.
  void end_watch() noexcept;

  /// The callback of the calling thread, which is one of this crew, declares that it may run long.
  bool may_run_long() noexcept;

  /// Whether so many threads of the kind that could take up that entry are all that there are, and can be, and nobody
  /// else could.
  bool has_only(std::size_t threads, const work_item& item) const noexcept;

  pool_counts counts() noexcept;

  /// A thread that waits until nothing is in flight, on its stack.
  struct drainer {
    local_event drained;
    drainer* next = nullptr;
    drainer** previous = nullptr;  // null: told, and in no list
  };
  /// Asks to be told when nothing is queued and no thread makes a callback, which is one moment, since what follows from
  /// an entry is pushed before that one has ended. False: this is such a moment.
  bool begin_drain(drainer& self) noexcept;
  /// Asks no more. Returns whether it was told meanwhile.
  bool end_drain(drainer& self) noexcept;

 private:
  struct member final : blocking_hooks {
    member(crew& of, bool persistent) noexcept : in(of), is_persistent(persistent) {}
    void blocking_begins() noexcept override { in.blocking_begins(*this); }
    void blocking_ends() noexcept override { in.blocking_ends(*this); }
    bool is_away() const noexcept { return is_blocked || is_long; }

    crew& in;
    const bool is_persistent;
    parker told;
    os::thread thread;       // from here on guarded by the lock of the crew
    member* next = nullptr;  // of all_
    member* next_idle = nullptr;
    bool is_listed = false;
    bool is_idle = false;
    bool is_calling = false;
    bool is_blocked = false;
    bool is_long = false;
    bool has_retired = false;
    std::uint64_t number = 0;        // of its thread_record, once it has retired: a pthread_t is used again
    member* next_retired = nullptr;  // the one before it that has retired, while it joins that one
    bool is_abandoned = false;       // nobody joins it, or deletes this, but itself when it has joined that one
  };

  struct tally {
    std::size_t active = 0;
    std::size_t calling = 0;  // active, inside an entry
    std::size_t waiting = 0;  // away
    std::size_t blocked = 0;  // in a wait
  };

  bool claim_expiry() noexcept override { return true; }
  void tell_expiry() noexcept override;
  void report_stuck(std::size_t threads, std::size_t queued) const noexcept;

  void enqueue(work_item& item, std::size_t from_inline) noexcept;

  static void work(void* given);
  static member& current() noexcept { return *static_cast<member*>(thread_record::current().hooks); }
  work_item* next_item(member& self) noexcept;
  void left(member& self) noexcept;
  void blocking_begins(member& self) noexcept;
  void blocking_ends(member& self) noexcept;
  void start_thread(bool persistent);
  bool start_reserved() noexcept;
  void list(member& fresh, os::thread started) noexcept;

  // With the lock held.

  bool is_drained() noexcept {
    incoming_.take(items_);
    return items_.empty() && persistent_queued_ == 0 && workers_.calling + workers_.waiting == 0 &&
           persistent_tally_.calling + persistent_tally_.waiting == 0 && inline_queued_ + inline_running_ == 0;
  }
  void tell_drainers() noexcept;

  /// What one member adds to the sums of its kind: `by` is one, or minus one.
  void count(const member& one, std::size_t by) noexcept;
  template <class Edit>
  void change(member& one, Edit edit) noexcept {
    count(one, std::size_t{0} - 1);
    edit();
    count(one, 1);
  }
  work_item* take_for(const member& self) noexcept;
  void become_idle(member& self) noexcept;
  bool idle_time_is_over(member& self) noexcept;
  member* make_last_retired(member& self) noexcept;
  bool waits_for_caller(const member& retired) const noexcept;
  static void join(member& left) noexcept;
  bool may_retire(const member& self) const noexcept;
  void retire(member& self) noexcept;
  void settle_pushes() noexcept;
  member* wake_idle() noexcept;
  void add_worker() noexcept;
  void take_worker_back() noexcept;
  bool is_ready() const noexcept {
    return workers_.active >= settings_.running || idle_ != nullptr || workers_.calling < workers_.active;
  }
  bool can_grow() const noexcept { return threads_ < settings_.maximum && !refused_; }
  bool reserve_if_needed() noexcept;
  bool is_stuck() const noexcept;
  void watch() noexcept;
  void watch_if_stuck() noexcept;

  /// What threads change without a lock, or guard by one, stands apart from what others only read.
  static constexpr std::size_t cache_line = 64;

  pool_core& pool_;  // each thread owns a reference of it, dropped as its last act, and so does a scheduled watch
  pool_settings settings_;  // constant, but for drop_functions()

  std::mutex starting_persistent_;
  alignas(cache_line) incoming_items incoming_;
  alignas(cache_line) mutable std::mutex mutex_;  // guards all below
  run_queue items_;
  item_list persistent_items_;
  std::size_t persistent_queued_ = 0;
  std::size_t inline_queued_ = 0;       // on threads that signal
  std::size_t inline_running_ = 0;      // the same
  std::size_t inline_handed_over_ = 0;  // in items_
  tally workers_;
  tally persistent_tally_;
  member* idle_ = nullptr;  // last in, first out: the warmest thread is taken
  member* all_ = nullptr;   // owned; those that have retired are not in it
  // Owned: the last one that has retired, who is still to be joined. It joins the one before it, and so on.
  member* retired_ = nullptr;
  member* persistent_ = nullptr;
  std::size_t threads_ = 0;  // workers
  std::size_t present_ = 0;  // workers and the persistent thread, until they have left
  bool refused_ = false;     // the system has refused a thread; nobody has turned idle or come back from a wait since
  bool leaving_ = false;
  bool detached_ = false;
  drainer* drainers_ = nullptr;
  bool watching_ = false;      // a limit is scheduled, or being told
  bool reporting_ = false;     // the report is being called: the crew has not left before it has returned
  std::uint64_t episode_ = 1;  // counts the returns from waits
  std::uint64_t watched_episode_ = 0;
  std::uint64_t reported_episode_ = 0;
};

}  // namespace quiesce::inline v0
