#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {

/// THE GRAPH OF WAITS: which blocked thread waits for which. The process has one, with one lock, which only slow paths
/// take. A circle in it would wait for ever: whoever closes one sees it, and it is broken or reported.
///
/// A node is a thread that is blocked; callbacks and mutexes are what the edges pass through. A thread that is not blocked,
/// or may come back by itself from a wait for a mutex, is no node: who waits for it is not stuck. Nor is one that is inside
/// no callback and owns no mutex: nobody waits for it. Not seen are circles through a mutex that is held for a callback
/// which has not begun, and through a worker that has run its last callback and is waited for to end.
///
///   node              the thread is blocked                             enters                 leaves
///   stop of X         in a stop or the destructor of X, in a wait for   before it sleeps       when its wait is over
///   (blocked_stop)    its callbacks, or in a drain
///   taking of M       in a wait without limit and stop token for M      when it has queued     the same
///   (blocked_taking)  alone, or for all of several with M among them    and before it sleeps
///
///   edge to thread T       exists while                                                     is enough
///   stop of X -> T         T is inside a callback of X that the stop waits for              alone
///   stop of X -> T         a callback of X is due, T is one of the threads that could run   with the edges to all
///                          it, all of these are stuck, and the pool can have no other       these threads
///   taking of M -> T       T owns M                                                         alone
///
///   circle of edges that are            what becomes of it
///   enough alone, through a mutex       the process ends with a report: a bug of the caller
///   enough alone, through none          all stops in it are deferred; if one of them is a destructor or a wait for
///                                       callbacks, which cannot be, the process ends with a report
///   not all enough alone                the stops of what is due in it take that back, and look again; nothing is
///                                       reported, though it be through a mutex
///   with a stop that has a limit        is not for ever: nothing is reported, and nothing is done about one through a
///                                       mutex; in others what can be deferred is, or what is due is taken back
///
///   I1  edges are not stored. Who searches reads them, under the lock, off the call chains of the threads, the words of
///       the mutexes and the run words
///   I2  a blocked thread's call chain does not change, and it neither takes a mutex nor gives one back. So an edge between
///       two nodes is there from the moment at which the later one enters; or, if it needs others, from when the last of
///       these enters, or the pool comes to have no other thread to start, or nothing queued on threads that signal, both
///       of which call look_again(). So a circle is seen by whoever closes it
///   I3  a wait that is over, though its thread has not left yet, has no edge from it: the mutex is its own, or the end
///       that the stop waits for is signalled. So what was handed over or has returned in between is no circle
///   I4  when the lock is free there is no circle, but through nodes that have been told to go on or have a limit
///   Under the lock of the graph may be taken that of a registration, of a crew, the wide one, and those of an object (its
///   queue, its name). Who holds one of these never takes that of the graph. What is set under it runs no inline callback:
///   the trampoline of a thread that comes here is empty, or is at work further out on its stack.
class blocked_wait {
 public:
  blocked_wait(const blocked_wait&) = delete;
  blocked_wait& operator=(const blocked_wait&) = delete;

  /// Whether somebody may wait for what the calling thread has begun or owns.
  static bool can_hold_up_others() noexcept {
    const thread_record& record = thread_record::current();
    return record.innermost != nullptr || record.newest_owned != nullptr;
  }

  /// Fewer threads than before may come to run what is due of a pool. Cheap while nobody is in the graph. With no lock held.
  static void look_again() noexcept;

  // Of the thread.
  std::uint64_t thread() const noexcept { return thread_; }
  const callback_frame* innermost() const noexcept { return frames_; }
  bool is_worker_of(const void* pool) const noexcept { return worker_of_ == pool; }
  bool is_persistent() const noexcept { return is_persistent_; }

 protected:
  /// `where`: the call, as far as it is known.
  blocked_wait(bool is_limited, const std::source_location& where) noexcept;
  ~blocked_wait() = default;

  /// By the thread itself, once the object is complete: enters, and looks for a circle.
  void enter() noexcept;
  /// Is blocked again, after it has been told to go on.
  void enter_again() noexcept;
  void leave() noexcept;

  std::string place() const;  // " (file:line)", or nothing

  // Called, and goes_on_ is read and written, with the lock held.

  /// What becomes of it in a circle.
  enum class way_out : std::uint8_t {
    deferral,  // it is told not to wait
    none,      // it ends the process
    mutex,     // the same, and all the circle is of another kind
  };
  virtual way_out leaves_by() const noexcept = 0;
  virtual bool is_over() const noexcept { return false; }
  virtual bool is_held_up_by(const blocked_wait& other) const noexcept = 0;
  /// Whether something of it is due; whether the other is one of those that could run that; whether so many of them are all
  /// that there can be.
  virtual bool has_due() const noexcept { return false; }
  virtual bool could_be_run_by(const blocked_wait&) const noexcept { return false; }
  virtual bool are_all_that_could_run_it(std::size_t) const noexcept { return false; }
  virtual void defer() noexcept {}
  virtual void take_back() noexcept {}
  /// For a report: the wait, and how it leads to the next one.
  virtual std::string text(const blocked_wait& next) const = 0;
  virtual std::string_view text_of_edge() const noexcept = 0;
  virtual std::string_view rule() const noexcept = 0;

  bool goes_on_ = false;  // it has been told, and is not blocked, though it stands in the graph

 private:
  enum class edges : std::uint8_t { alone, all };

  bool waits_for(const blocked_wait& other, edges which) const noexcept;
  void look() noexcept;
  bool settle(bool with_limited) noexcept;
  void find_ways_to(edges which) noexcept;
  bool find_circle(edges which) noexcept;
  bool find_due() noexcept;
  bool find_stuck() noexcept;
  bool break_circle(edges which, bool with_limited) noexcept;
  [[noreturn]] void report(blocked_wait& through) noexcept;

  const bool is_limited_;
  const bool is_persistent_;
  const std::source_location where_;
  const callback_frame* const frames_;
  const std::uint64_t thread_;
  const void* const worker_of_;
  blocked_wait* next_ = nullptr;  // guarded by the lock, like all below
  blocked_wait** previous_ = nullptr;

  // During one search.
  bool is_in_ = false;   // takes part
  bool is_due_ = false;  // something of it is due; from find_stuck() on: and cannot run
  bool in_circle_ = false;
  blocked_wait* towards_ = nullptr;  // the next on a shortest way to where the search goes
  blocked_wait* after_ = nullptr;    // in the circle that is reported
  blocked_wait* next_found_ = nullptr;
};

}  // namespace quiesce::inline v0
