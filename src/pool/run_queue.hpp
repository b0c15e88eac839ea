#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "quiesce/run_on.hpp"

namespace quiesce::inline v0 {

/// One entry of a run queue.
class work_item {
 public:
  /// Runs on a thread of the pool, without any lock. Last touch of the item by the pool. Not noexcept: by the policy an
  /// exception of the user passes through it, to the end of the thread's stack.
  virtual void run() = 0;

  /// Constant from the first time that it is queued.
  bool is_persistent() const noexcept { return where_ == run_on::persistent_thread; }
  bool is_for_workers() const noexcept { return where_ == run_on::worker; }
  /// Whether it is queued on the thread that signals, and here only when that cannot run it.
  bool is_inline() const noexcept { return where_ == run_on::signalling_thread; }
  priority level() const noexcept { return level_; }

 protected:
  work_item(run_on where, priority level) noexcept : where_(where), level_(level) {}
  ~work_item() = default;

 private:
  friend class item_list;
  friend class incoming_items;

  work_item* next_ = nullptr;  // while queued: guarded by the lock of the pool; before, of who pushes it
  const run_on where_;
  const priority level_;
};

/// First in, first out.
class item_list {
 public:
  item_list() noexcept = default;
  item_list(const item_list&) = delete;
  item_list& operator=(const item_list&) = delete;

  bool empty() const noexcept { return first_ == nullptr; }

  void append(work_item& item) noexcept {
    item.next_ = nullptr;
    *end_ = &item;
    end_ = &item.next_;
  }

  /// Only when it is not empty.
  work_item& take() noexcept {
    work_item& item = *first_;
    first_ = item.next_;
    if (first_ == nullptr) end_ = &first_;
    return item;
  }

 private:
  work_item* first_ = nullptr;
  work_item** end_ = &first_;
};

/// What is queued for the workers, by level. No lock of its own.
class run_queue {
 public:
  /// So many are taken from the highest level that has one, then one from the lowest.
  static constexpr unsigned turns = 16;

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  void append(work_item& item) noexcept {
    levels_[static_cast<std::size_t>(item.level())].append(item);
    ++size_;
  }

  /// Only when it is not empty.
  work_item& take() noexcept {
    --size_;
    turn_ = (turn_ + 1) % turns;
    if (turn_ == 0) {
      for (item_list& level : levels_) {
        if (!level.empty()) return level.take();
      }
    }
    std::size_t highest = levels_.size() - 1;
    while (levels_[highest].empty()) --highest;
    return levels_[highest].take();
  }

 private:
  std::array<item_list, 3> levels_;  // low, normal, high
  std::size_t size_ = 0;
  unsigned turn_ = 0;
};

}  // namespace quiesce::inline v0
