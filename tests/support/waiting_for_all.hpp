#pragma once

#include <atomic>
#include <cstddef>
#include <stop_token>
#include <thread>
#include <vector>

#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace support {

/// A thread that waits for all of some objects. If it still waits at the end it is stopped.
class waiting_for_all {
 public:
  explicit waiting_for_all(std::vector<quiesce::handle_ref> objects) : objects_(std::move(objects)) {
    const std::size_t before = waiters_of::count(objects_.back());
    thread_ = std::jthread([this](const std::stop_token& token) {
      result_ = quiesce::wait_all(objects_, token);
      ended_ = true;
    });
    // The last one is queued on last, and all of them within one hold of the wide lock.
    queued_ = eventually([&] { return waiters_of::count(objects_.back()) == before + 1; });
  }

  bool is_queued() const { return queued_; }
  bool has_ended() const { return ended_.load(); }

  /// What it came to. Waits for its end.
  quiesce::wait_result result() {
    thread_.join();
    return result_;
  }
  quiesce::wait_result stop() {
    thread_.request_stop();
    return result();
  }

 private:
  const std::vector<quiesce::handle_ref> objects_;
  quiesce::wait_result result_{};
  std::atomic<bool> ended_{false};
  bool queued_ = false;
  std::jthread thread_;
};

}  // namespace support
