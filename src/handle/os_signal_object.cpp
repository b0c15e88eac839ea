#include "handle/os_signal_object.hpp"

#include <sys/epoll.h>

#include <mutex>
#include <type_traits>

#include "os/signal_catcher.hpp"
#include "quiesce/os_signal.hpp"

namespace quiesce::inline v0 {

/// Sets the handles of a signal when it arrives: one source of the reactor for all of them. It exists for the whole life
/// of the process, without a destructor, and is registered while there are handles.
///
///   I1  registered with the reactor if and only if the list is not empty, outside the lock; each object owns a
///       reference of the reactor, so it is the same one from the first to the last
///   I2  an object in the list has not got past last_reference_dropped(): that makes try_add_reference() safe here
class signal_dispatch final : private reactor::source {
 public:
  void add(os_signal_object& object) {
    const std::lock_guard hold(lock_);
    os::signal_catcher::catch_signal(object.number_);
    if (first_ == nullptr) {
      try {
        object.reactor_->add(*this, os::signal_catcher::descriptor(), EPOLLIN, watched_);
      } catch (...) {
        os::signal_catcher::release(object.number_);
        throw;
      }
    }
    object.next_ = first_;
    first_ = &object;
  }

  void remove(os_signal_object& object) noexcept {
    const std::lock_guard hold(lock_);
    os_signal_object** at = &first_;
    while (*at != &object) at = &(*at)->next_;
    *at = object.next_;
    os::signal_catcher::release(object.number_);
    if (first_ == nullptr) object.reactor_->remove(watched_, os::signal_catcher::descriptor());
  }

  reactor::source& as_source() noexcept { return *this; }

 private:
  bool try_reference() noexcept override { return true; }
  void release() noexcept override {}

  void ready(std::uint32_t) noexcept override {
    reactor::reactor::reference own;  // dropped last: not with calling_ held, for which the reactor's thread may wait
    const std::lock_guard alone(calling_);
    os_signal_object* arrived = nullptr;
    {
      const std::lock_guard hold(lock_);
      const os::signal_marks marks = os::signal_catcher::take_marked();
      for (os_signal_object* object = first_; object != nullptr; object = object->next_) {
        if (!marks.contains(object->number_) || !object->try_add_reference()) continue;
        object->next_set_ = arrived;
        arrived = object;
      }
    }
    if (arrived != nullptr) own = reactor::reactor::acquire();  // each of them has one: it runs
    while (arrived != nullptr) {
      os_signal_object& object = *arrived;
      arrived = object.next_set_;  // read first: the object may go
      object.set();
      object.waitable::release();
    }
  }

  std::mutex
      calling_;  // held through ready(): the thread of a reactor that ends may still be in one when the next begins
  std::mutex lock_;
  os_signal_object* first_ = nullptr;  // guarded by lock_
  reactor::source_id watched_ = reactor::source_id::none;
};

namespace {

constinit signal_dispatch os_signals;
static_assert(std::is_trivially_destructible_v<signal_dispatch>);

}  // namespace

reactor::source& signal_source() noexcept { return os_signals.as_source(); }

os_signal_object::os_signal_object(int number)
    : event_object(event_word::reset::automatic, false), number_(number), reactor_(reactor::reactor::acquire()) {
  os_signals.add(*this);
}

void os_signal_object::last_reference_dropped() noexcept {
  os_signals.remove(*this);
  event_object::last_reference_dropped();
}

os_signal::os_signal(int number) : handle(new os_signal_object(number)) {}

}  // namespace quiesce::inline v0
