#pragma once

#include <future>
#include <memory>

#include "quiesce/thread_pool.hpp"

namespace support {

/// Keeps one worker of a pool inside a posted function from construction to release().
class held_worker {
 public:
  explicit held_worker(quiesce::thread_pool& pool) {
    std::promise<void> begun;
    std::future<void> has_begun = begun.get_future();
    pool.post([begun = std::move(begun), released = release_.get_future()]() mutable {
      begun.set_value();
      released.wait();
    });
    has_begun.wait();
  }
  held_worker(const held_worker&) = delete;
  held_worker& operator=(const held_worker&) = delete;
  ~held_worker() { release(); }

  void release() {
    if (!std::exchange(released_, true)) release_.set_value();
  }

 private:
  std::promise<void> release_;
  bool released_ = false;
};

}  // namespace support
