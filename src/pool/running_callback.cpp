#include "pool/running_callback.hpp"

#include <algorithm>
#include <mutex>

#include "os/clock.hpp"
#include "os/thread.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {
namespace {

constinit std::mutex list_lock;
constinit running_callback* first_worker = nullptr;  // guarded by list_lock

}  // namespace

running_callback::running_callback() noexcept
    : thread_(os::thread::current_number()), outer_(thread_record::current().running) {
  const std::lock_guard hold(list_lock);
  next_ = first_worker;
  previous_ = &first_worker;
  if (next_ != nullptr) next_->previous_ = &next_;
  first_worker = this;
  thread_record::current().running = this;
}

running_callback::~running_callback() {
  thread_record::current().running = outer_;
  const std::lock_guard hold(list_lock);
  *previous_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

bool running_callback::can_begin() noexcept {
  const running_callback* const own = thread_record::current().running;
  return own != nullptr && own->of_.load(std::memory_order_relaxed) == nullptr;
}

void running_callback::begins(const void* of) noexcept {
  running_callback* const own = thread_record::current().running;
  // order: release. Who reads this begin does not read afterwards that an earlier callback still runs; and who reads `of`
  //        reads a begin that is not older than its callback.
  // pairs: the acquires in all_of().
  // not:   relaxed, the first, under which a callback could seem to have begun when the next one did; the second, under
  //        which it could seem to run since the one before it began.
  // shown: tests/explore/running_callback_test.cpp
  own->begun_at_.store(os::now_roughly(), std::memory_order_release);
  own->of_.store(of, std::memory_order_release);
}

void running_callback::ended() noexcept {
  thread_record::current().running->of_.store(nullptr, std::memory_order_relaxed);
}

std::vector<running_callback::found> running_callback::all_of(const void* of) {
  std::vector<found> all;
  for (std::size_t room = 16;; room *= 2) {
    all.reserve(room);  // not under the lock, which workers take
    const std::lock_guard hold(list_lock);
    const running_callback* each = first_worker;
    for (; each != nullptr && all.size() < room; each = each->next_) {
      if (each->of_.load(std::memory_order_acquire) != of) continue;
      // order: acquire. The second reading of `of` finds what was stored before this begin, or something newer (I2).
      const std::int64_t begun_at = each->begun_at_.load(std::memory_order_acquire);
      if (each->of_.load(std::memory_order_relaxed) != of) continue;
      all.push_back({.running_for = std::max<std::int64_t>(os::now_roughly() - begun_at, 0), .thread = each->thread_});
    }
    if (each == nullptr) return all;
    all.clear();
  }
}

}  // namespace quiesce::inline v0
