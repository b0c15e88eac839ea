#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "os/epoll.hpp"
#include "os/event_fd.hpp"
#include "os/thread.hpp"
#include "reactor/deadlines.hpp"
#include "reactor/source.hpp"
#include "reactor/source_table.hpp"

namespace quiesce::inline v0::reactor {

/// One thread for the process that turns the readiness of descriptors and the passing of deadlines into calls.
/// It runs while somebody holds a reference, and no longer.
///
/// THE LIFE OF AN EVENT
///   1. add() puts the source into the table, which makes an id for it, and hands descriptor and id to the kernel. The
///      kernel gets no pointer: it may report an event long after its source is gone.
///   2. The kernel reports the id. The thread looks it up under the lock of the table and, still under it, takes a
///      reference of the source. An id that was removed is unknown; a source whose count is zero refuses.
///   3. With the lock released it calls ready() and then gives its reference back. If that was the last one, the source
///      ends here, on this thread.
///   4. A source that ends calls remove() before it closes the descriptor: the id is struck from the table first.
///
/// INVARIANTS
///   I1  an id in the table stands for a source that has not got past its remove(), and so is still of its class: that
///       makes the try_reference() of step 2 a call on a living object
///   I2  after the return of remove() no ready() begins for that id. One that had begun holds a reference, so remove()
///       called by the end of the source finds none running: nothing has to be waited for
///   I3  whoever has a source registered, or an entry scheduled or claimed, holds a reference of the reactor. So when
///       the last one is dropped the table and the wheels are empty, and the thread is in no call but perhaps the one
///       that drops it, or one that has nothing left to do but return
///   I4  the count of references and the pointer to the running reactor change together, under one lock: a reactor that
///       nobody refers to is never handed out again
///   I5  whoever drops the last reference from outside joins the thread and then destroys the reactor; if it is the
///       thread itself, the thread is detached, returns from the call, and destroys the reactor as its last touch of it
class reactor {
 public:
  /// Keeps the reactor running. Moves; acquire() makes another.
  class reference;

  /// A reference of the running reactor, which is started if there is none.
  /// Errors:   std::system_error when there is no thread or no descriptor for it, std::bad_alloc. Nothing has changed
  ///           then.
  static reference acquire();

  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  /// From now on `to` is told when `fd` is ready. `fd` stays open until remove().
  /// `id` is written before that. Since ready() may run before this returns, `to` must be whole by now: this is no call
  /// for the constructor of a base class.
  /// Orders:   all before this happens before the first ready().
  /// Errors:   std::system_error with the number of the descriptor, std::bad_alloc. `id` is none then, and `to` will
  ///           not be told.
  void add(source& to, int fd, std::uint32_t events, source_id& id);

  /// The same, for sources that do not look at their id within ready().
  source_id add(source& to, int fd, std::uint32_t events);

  /// Says anew which events of `fd` are reported; with EPOLLONESHOT, the next one. A ready() that was under way for
  /// what was asked before may still follow.
  /// From a callback: allowed, of the same source too.
  void rearm(source_id id, int fd, std::uint32_t events) noexcept;

  /// No ready() begins for `id` any more. Never waits. To be called before `fd` is closed.
  /// From a callback: allowed, of the same source too.
  void remove(source_id id, int fd) noexcept;

  quiesce::reactor::deadlines& deadlines() noexcept { return deadlines_; }

 private:
  reactor();
  ~reactor() = default;

  static void drop(reactor& dropped) noexcept;
  static void begin(void* started) noexcept;
  void run() noexcept;
  std::size_t serve(std::span<epoll_event> room, int milliseconds) noexcept;
  void dispatch(std::uint64_t key, std::uint32_t events) noexcept;

  std::size_t references_ = 0;  // guarded by the lock of the running reactor

  source_table sources_;
  quiesce::reactor::deadlines deadlines_;
  os::epoll watched_;
  os::event_fd end_;  // made readable by the thread that joins

  // The reactor's thread's own.
  bool ends_ = false;
  bool ends_by_itself_ = false;
  bool steady_is_due_ = false;
  bool system_is_due_ = false;

  // Guarded by the lock of the running reactor until the last reference is dropped; then the dropper's.
  os::thread thread_;
};

class reactor::reference {
 public:
  reference() noexcept = default;  // none
  reference(reference&& from) noexcept : to_(std::exchange(from.to_, nullptr)) {}
  reference& operator=(reference&& from) noexcept {
    if (this == &from) return *this;
    reset();
    to_ = std::exchange(from.to_, nullptr);
    return *this;
  }
  ~reference() { reset(); }

  /// Drops the reference.
  /// Blocks:   with the last one, until the reactor's thread has ended: to be called with no lock held that a ready()
  ///           or a tell_expiry() takes. On that thread itself it never blocks, and the thread ends soon after.
  void reset() noexcept {
    if (reactor* const dropped = std::exchange(to_, nullptr)) drop(*dropped);
  }

  reactor& operator*() const noexcept { return *to_; }
  reactor* operator->() const noexcept { return to_; }
  explicit operator bool() const noexcept { return to_ != nullptr; }

 private:
  friend class reactor;
  explicit reference(reactor& to) noexcept : to_(&to) {}

  reactor* to_ = nullptr;
};

}  // namespace quiesce::inline v0::reactor
