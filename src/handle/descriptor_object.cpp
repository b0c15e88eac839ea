#include "handle/descriptor_object.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include "quiesce/descriptor.hpp"
#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {

descriptor_object::descriptor_object(int fd, std::uint32_t epoll_events)
    : waitable(take_rule::asks, 0),
      wanted_(epoll_events),
      fd_(os::duplicate(fd)),
      reactor_(reactor::reactor::acquire()) {}

descriptor_object& descriptor_object::create(int fd, std::uint32_t epoll_events) {
  auto* const made = new descriptor_object(fd, epoll_events);
  try {
    // Nothing is asked for yet. An end or an error is reported all the same, once, and finds nobody.
    made->reactor_->add(*made, made->fd_.get(), EPOLLONESHOT, made->watched_);
  } catch (...) {
    made->waitable::release();
    throw;
  }
  return *made;
}

bool descriptor_object::is_ready() const noexcept {
  // The bits of epoll and of poll have the same values, by the kernel's interface.
  pollfd look{.fd = fd_.get(), .events = static_cast<short>(wanted_), .revents = 0};
  static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT);
  return ::poll(&look, 1, 0) > 0;
}

void descriptor_object::waiting_begins() noexcept { reactor_->rearm(watched_, fd_.get(), wanted_ | EPOLLONESHOT); }

void descriptor_object::ready(std::uint32_t) noexcept {
  claimed_waiters claimed;
  {
    state_lock lock(*this);
    // Somebody was faster: the report is used up, so the next one has to be asked for (I1).
    if (!lock.settle(claimed)) lock.ask_for_news();
  }
  claimed.tell();
}

void descriptor_object::last_reference_dropped() noexcept {
  if (watched_ != reactor::source_id::none) reactor_->remove(watched_, fd_.get());
  waitable::last_reference_dropped();
}

descriptor::descriptor(int fd, readiness what)
    : handle(&descriptor_object::create(fd, what == readiness::readable ? EPOLLIN : EPOLLOUT)) {}

}  // namespace quiesce::inline v0
