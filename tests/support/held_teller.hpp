#pragma once

#include <atomic>
#include <future>
#include <utility>

#include "quiesce/handle.hpp"
#include "support/eventually.hpp"
#include "wait/queue_lock.hpp"
#include "wait/waiter.hpp"

namespace support {

/// Stands in the queue of an object, as a wait does, and keeps the thread that tells it inside that call until release().
/// The object outlives it.
class held_teller final : private quiesce::wait_block {
 public:
  explicit held_teller(quiesce::handle_ref object) {
    place_.block = this;
    place_.object = object.object();
    quiesce::queue_lock lock(*object.object());
    lock.append(place_);
  }
  held_teller(const held_teller&) = delete;
  held_teller& operator=(const held_teller&) = delete;
  ~held_teller() {
    release();
    if (!leave_queue()) eventually([&] { return told_.load(); });  // until then its teller uses it
  }

  bool is_telling() const { return telling_.load(); }
  void release() {
    if (!std::exchange(released_, true)) release_.set_value();
  }

 private:
  bool leave_queue() {
    quiesce::queue_lock lock(*place_.object);
    if (!place_.linked) return false;
    lock.unlink(place_);
    return true;
  }

  claimed claim(quiesce::waiter&, quiesce::wait_status) noexcept override { return claimed::tell; }
  void tell(quiesce::waiter&) noexcept override {
    telling_ = true;
    release_.get_future().wait();
    told_ = true;
  }

  quiesce::waiter place_;
  std::promise<void> release_;
  bool released_ = false;
  std::atomic<bool> telling_{false};
  std::atomic<bool> told_{false};
};

}  // namespace support
