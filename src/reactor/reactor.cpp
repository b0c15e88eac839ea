#include "reactor/reactor.hpp"

#include <sys/epoll.h>

#include <array>
#include <mutex>
#include <span>
#include <type_traits>

#include "base/contract.hpp"

namespace quiesce::inline v0::reactor {
namespace {

// The keys of the reactor's own descriptors. The table makes no id of generation zero, which is what these are.
enum own_key : std::uint64_t { end_key, steady_key, system_key, own_keys };

struct running_reactor {
  std::mutex lock;
  reactor* now = nullptr;  // guarded by lock; null: none runs, or the one that runs is ending
};

// Initialised by the compiler and without a destructor: usable at any time of the process's life.
constinit running_reactor running;
static_assert(std::is_trivially_destructible_v<running_reactor>);

}  // namespace

reactor::reactor() {
  watched_.add(end_.get(), EPOLLIN, end_key);
  watched_.add(deadlines_.descriptor(os::clock_id::steady), EPOLLIN, steady_key);
  watched_.add(deadlines_.descriptor(os::clock_id::system), EPOLLIN, system_key);
  // At the end: the thread uses all the members at once.
  thread_ = os::thread::start("quiesce-reactor", begin, this);
}

reactor::reference reactor::acquire() {
  const std::lock_guard hold(running.lock);
  if (running.now == nullptr) running.now = new reactor;
  ++running.now->references_;
  return reference(*running.now);
}

void reactor::drop(reactor& dropped) noexcept {
  {
    const std::lock_guard hold(running.lock);
    // Last touch of the reactor, unless this was the last reference: the holder of that may destroy it from here on.
    if (--dropped.references_ != 0) return;
    running.now = nullptr;
  }
  if (dropped.thread_.is_current()) {
    // We are inside a call of run(), which returns to it; begin() does the rest.
    dropped.ends_ = true;
    dropped.ends_by_itself_ = true;
    dropped.thread_.detach();
    return;
  }
  dropped.end_.signal();
  dropped.thread_.join();
  delete &dropped;
}

void reactor::begin(void* started) noexcept {
  auto* const self = static_cast<reactor*>(started);
  self->run();
  // When somebody joins, this read is the thread's last touch of the reactor; otherwise the deletion is.
  if (self->ends_by_itself_) delete self;
}

void reactor::run() noexcept {
  std::array<epoll_event, 64> events;
  while (!ends_) {
    const bool steady = steady_is_due_;
    const bool system = system_is_due_;
    if (!steady && !system) {
      serve(events, -1);
      continue;
    }
    // What was ready before a limit passed ends its wait, and not the limit: it is served after the clocks were read. The
    // kernel reports what is ready in turn, so that as many reports as there are sources have told of each.
    const std::int64_t steady_now = os::now(os::clock_id::steady);
    const std::int64_t system_now = os::now(os::clock_id::system);
    std::size_t left = sources_.size() + own_keys;
    while (const std::size_t count = serve(events, 0)) {
      if (count < events.size() || count >= left) break;
      left -= count;
    }
    if (ends_) return;
    if (steady) steady_is_due_ = deadlines_.expire_due(os::clock_id::steady, steady_now);
    if (system) system_is_due_ = deadlines_.expire_due(os::clock_id::system, system_now);
  }
}

// Returns how many reports there were.
std::size_t reactor::serve(std::span<epoll_event> room, int milliseconds) noexcept {
  const std::size_t count = watched_.wait(room, milliseconds);
  // After a call that dropped the last reference the rest of the batch is of removed sources, by I3: it is skipped by
  // way of the table, and needs no look at ends_ in between.
  for (const epoll_event& event : room.first(count)) dispatch(event.data.u64, event.events);
  return count;
}

void reactor::dispatch(std::uint64_t key, std::uint32_t events) noexcept {
  switch (key) {
    case end_key: ends_ = true; return;
    case steady_key: steady_is_due_ = true; return;
    case system_key: system_is_due_ = true; return;
    default: break;
  }
  source* const found = sources_.find(static_cast<source_id>(key));
  if (found == nullptr) return;
  found->ready(events);
  found->release();  // Last touch of the source.
}

void reactor::add(source& to, int fd, std::uint32_t events, source_id& id) {
  id = source_id::none;
  sources_.insert(to, id);
  try {
    watched_.add(fd, events, static_cast<std::uint64_t>(id));
  } catch (...) {
    // The kernel has not got the id: nobody has looked it up.
    sources_.erase(id);
    id = source_id::none;
    throw;
  }
}

source_id reactor::add(source& to, int fd, std::uint32_t events) {
  source_id id;
  add(to, fd, events, id);
  return id;
}

void reactor::rearm(source_id id, int fd, std::uint32_t events) noexcept {
  if (watched_.modify(fd, events, static_cast<std::uint64_t>(id)) == 0) return;
  base::bug("a descriptor was armed that the reactor does not watch");
}

void reactor::remove(source_id id, int fd) noexcept {
  // The table first: an event that the kernel reports in between finds nothing.
  sources_.erase(id);
  if (watched_.remove(fd) != 0) base::bug("a descriptor was removed that the reactor does not watch");
}

}  // namespace quiesce::inline v0::reactor
