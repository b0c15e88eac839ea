#include "handle/file_watch_object.hpp"

#include <sys/epoll.h>

#include <memory>
#include <mutex>
#include <system_error>
#include <type_traits>
#include <utility>

#include "os/inotify.hpp"
#include "quiesce/file_watch.hpp"
#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {
namespace {

// The same for every watch: a directory has one watch in the kernel, however many handles look at it.
constexpr std::uint32_t changes_of_interest = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                                              IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

/// Sets the handles that a change concerns: one inotify queue and one source of the reactor for all of them. The
/// dispatch exists for the whole life of the process, without a destructor; the queue exists while there are handles.
///
///   I1  queue_ exists and is registered with the reactor if and only if the list is not empty, outside the lock
///   I2  an object in the list has not got past last_reference_dropped(): that makes try_add_reference() safe here
///   I3  the kernel's watch of a directory is removed with the last object that has its number; a number that the kernel
///       itself has ended is taken from its objects when it says so, before it could be given out again
class change_dispatch final : private reactor::source {
 public:
  void add(file_watch_object& object, const std::filesystem::path& directory) {
    const std::lock_guard hold(lock_);
    if (first_ == nullptr) {
      auto queue = std::make_unique<os::inotify>();
      object.watch_ = queue->add_watch(directory, changes_of_interest);
      object.reactor_->add(*this, queue->get(), EPOLLIN, watched_);
      queue_ = queue.release();
    } else {
      // Before the watch: what comes in between may be older, and what is taken for older must not be a change.
      object.begin_ = queue_->end_of_queue();
      object.watch_ = queue_->add_watch(directory, changes_of_interest);
    }
    object.next_ = first_;
    first_ = &object;
  }

  void remove(file_watch_object& object) noexcept {
    const std::lock_guard hold(lock_);
    bool is_shared = false;
    file_watch_object** link = nullptr;
    for (file_watch_object** at = &first_; *at != nullptr; at = &(*at)->next_) {
      if (*at == &object) {
        link = at;
      } else if ((*at)->watch_ == object.watch_) {
        is_shared = true;
      }
    }
    *link = object.next_;
    if (first_ == nullptr) {
      object.reactor_->remove(watched_, queue_->get());
      delete std::exchange(queue_, nullptr);
    } else if (!is_shared && object.watch_ >= 0) {
      static_cast<void>(queue_->remove_watch(object.watch_));
    }
  }

  reactor::source& as_source() noexcept { return *this; }

 private:
  bool try_reference() noexcept override { return true; }
  void release() noexcept override {}

  void ready(std::uint32_t) noexcept override {
    reactor::reactor::reference own;  // dropped last: not with calling_ held, for which the reactor's thread may wait
    const std::lock_guard alone(calling_);
    file_watch_object* changed = nullptr;
    {
      const std::lock_guard hold(lock_);
      if (queue_ == nullptr) return;  // the last handle was closed since the kernel reported
      // One buffer full: while more is queued the reactor calls again, and serves its other sources in between.
      queue_->read([&](const os::file_change& change) { collect(change, changed); });
    }
    if (changed != nullptr) own = reactor::reactor::acquire();  // each of them has one: it runs
    while (changed != nullptr) {
      file_watch_object& object = *changed;
      changed = object.next_set_;  // read first: the object may go
      object.is_collected_ = false;
      object.tell_change(object.has_gone_);
      object.waitable::release();
    }
  }

  // With the lock held.
  void collect(const os::file_change& change, file_watch_object*& changed) noexcept {
    constexpr std::uint32_t of_the_directory = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
    for (file_watch_object* object = first_; object != nullptr; object = object->next_) {
      if (!change.overflow && (object->watch_ != change.watch || change.end <= object->begin_)) continue;
      const bool concerns = change.overflow || object->entry_.empty() || object->entry_ == change.name ||
                            (change.mask & of_the_directory) != 0;
      if (change.overflow) object->losses_.fetch_add(1, std::memory_order_relaxed);
      if (!change.overflow && (change.mask & IN_IGNORED) != 0) object->watch_ = -1;  // I3
      if (!change.overflow && (change.mask & of_the_directory) != 0) object->has_gone_ = true;
      if (!concerns || object->is_collected_ || !object->try_add_reference()) continue;
      object->is_collected_ = true;
      object->next_set_ = changed;
      changed = object;
    }
  }

  std::mutex
      calling_;  // held through ready(): the thread of a reactor that ends may still be in one when the next begins
  std::mutex lock_;
  file_watch_object* first_ = nullptr;  // guarded by lock_, as all below
  os::inotify* queue_ = nullptr;
  reactor::source_id watched_ = reactor::source_id::none;
};

namespace {

constinit change_dispatch file_changes;
static_assert(std::is_trivially_destructible_v<change_dispatch>);

}  // namespace

reactor::source& change_source() noexcept { return file_changes.as_source(); }

file_watch_object::file_watch_object(const std::filesystem::path& path)
    : waitable(take_rule::asks, file_watch_word::unchanged), reactor_(reactor::reactor::acquire()) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::exists(status)) {
    throw std::system_error(error ? error : std::make_error_code(std::errc::no_such_file_or_directory),
                            "quiesce: cannot watch " + path.string());
  }
  if (std::filesystem::is_directory(status)) {
    file_changes.add(*this, path);
    return;
  }
  entry_ = path.filename();
  const std::filesystem::path directory = path.parent_path();
  file_changes.add(*this, directory.empty() ? std::filesystem::path(".") : directory);
}

// Its reference is the caller's.
void file_watch_object::tell_change(bool is_the_last) noexcept {
  claimed_waiters claimed;
  {
    state_lock lock(*this);
    lock.set_word(is_the_last ? file_watch_word::on_end(lock.word()) : file_watch_word::on_change(lock.word()));
    lock.settle(claimed);
  }
  claimed.tell();
}

void file_watch_object::last_reference_dropped() noexcept {
  file_changes.remove(*this);
  waitable::last_reference_dropped();
}

file_watch::file_watch(std::filesystem::path path) : handle(new file_watch_object(path)) {}

std::uint64_t file_watch::losses(std::source_location where) const noexcept {
  return static_cast<const file_watch_object&>(checked(where)).losses();
}

}  // namespace quiesce::inline v0
