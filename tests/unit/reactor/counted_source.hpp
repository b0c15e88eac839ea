#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "os/event_fd.hpp"
#include "reactor/reactor.hpp"

namespace support {

/// A source on an eventfd of its own, made as an object of the library would make it: counted, registered when it is
/// whole, and taken out by its destructor.
class counted_source final : public quiesce::reactor::source {
 public:
  using callback = std::function<void(counted_source&, std::uint32_t events)>;

  struct releaser {
    void operator()(counted_source* held) const noexcept { held->release(); }
  };
  using pointer = std::unique_ptr<counted_source, releaser>;

  static pointer make(callback call, std::uint32_t events = EPOLLIN) {
    pointer made(new counted_source(std::move(call)));
    made->reactor_->add(*made, made->event_.get(), events, made->id_);
    return made;
  }

  bool try_reference() noexcept override {
    std::size_t seen = references_.load();
    while (seen != 0) {
      if (references_.compare_exchange_weak(seen, seen + 1)) return true;
    }
    return false;
  }
  void release() noexcept override {
    if (references_.fetch_sub(1) == 1) delete this;
  }
  void ready(std::uint32_t events) noexcept override { call_(*this, events); }

  void signal() noexcept { event_.signal(); }
  void drain() noexcept { event_.drain(); }
  void rearm(std::uint32_t events) noexcept { reactor_->rearm(id_, event_.get(), events); }

 private:
  explicit counted_source(callback call) : call_(std::move(call)), reactor_(quiesce::reactor::reactor::acquire()) {}
  ~counted_source() {
    if (id_ != quiesce::reactor::source_id::none) reactor_->remove(id_, event_.get());
  }

  std::atomic<std::size_t> references_{1};
  callback call_;
  quiesce::os::event_fd event_;
  quiesce::reactor::source_id id_ = quiesce::reactor::source_id::none;
  quiesce::reactor::reactor::reference reactor_;
};

}  // namespace support
