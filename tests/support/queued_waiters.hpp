#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace support {

/// Threads that wait for one object, each queued before the next one is started: their order in the queue is known.
/// What still waits at the end is stopped.
class queued_waiters {
 public:
  explicit queued_waiters(quiesce::handle_ref object) : object_(object) {}

  /// False when a waiter did not come to stand in the queue.
  bool add(std::size_t how_many = 1) {
    for (; how_many != 0; --how_many) {
      const std::size_t before = waiters_of::count(object_);
      all_.push_back(std::make_unique<one>());
      one& self = *all_.back();
      self.thread = std::jthread([&self, object = object_](const std::stop_token& token) {
        self.status = quiesce::wait(object, token).status;
        self.ended.store(true);
      });
      if (!eventually([&] { return waiters_of::count(object_) == before + 1; })) return false;
    }
    return true;
  }

  void stop(std::size_t index) {
    all_[index]->thread.request_stop();
    all_[index]->thread.join();
  }

  bool has_ended(std::size_t index) const { return all_[index]->ended.load(); }

  std::size_t ended() const {
    std::size_t count = 0;
    for (const auto& waiter : all_) count += waiter->ended.load() ? 1 : 0;
    return count;
  }

  /// Of one that has ended.
  quiesce::wait_status status(std::size_t index) const { return all_[index]->status; }

  bool all_signalled() const {
    for (const auto& waiter : all_) {
      if (!waiter->ended.load() || waiter->status != quiesce::wait_status::signalled) return false;
    }
    return true;
  }

 private:
  struct one {
    std::atomic<bool> ended{false};
    quiesce::wait_status status{};
    std::jthread thread;
  };

  quiesce::handle_ref object_;
  std::vector<std::unique_ptr<one>> all_;
};

}  // namespace support
