#include "shared_tree.hpp"

#include <sys/syscall.h>
#include <time.h>

#include "real.hpp"

namespace explore {

// Between processes, one of which may be killed in between: then the others are, too.
class shared_tree::hold {
 public:
  explicit hold(shared_tree& tree) noexcept : tree_(tree) {
    while (tree_.locked_.exchange(1, std::memory_order_acquire) != 0) kernel(SYS_sched_yield);
  }
  hold(const hold&) = delete;
  hold& operator=(const hold&) = delete;
  ~hold() { tree_.locked_.store(0, std::memory_order_release); }

 private:
  shared_tree& tree_;
};

std::uint32_t shared_tree::add(std::uint32_t parent, const choice& above, const choice& made) noexcept {
  const std::uint32_t awake = above.enabled & ~above.asleep;
  const bool is_choice = parent != no_node && (awake & (awake - 1)) != 0;
  const unsigned level = parent == no_node ? 0 : nodes_[parent].level + (is_choice ? 1U : 0U);
  if (level >= levels) return no_node;
  const hold exclusively(*this);
  if (used_ == most_nodes) return no_node;
  const std::uint32_t number = used_++;
  choice_node& made_node = nodes_[number];
  made_node.above = above;
  made_node.made = made;
  made_node.parent = parent;
  made_node.position = parent == no_node ? 0 : nodes_[parent].position + 1;
  made_node.level = static_cast<std::uint8_t>(level);
  made_node.wanted.store(made.wanted, std::memory_order_relaxed);
  made_node.taken.store(bit(made.chosen), std::memory_order_relaxed);
  if (left_at(made_node) != 0) wait(number);
  return number;
}

void shared_tree::want(std::uint32_t number, std::uint32_t threads) noexcept {
  if ((threads & ~wanted(number)) == 0) return;
  const hold exclusively(*this);
  nodes_[number].wanted.fetch_or(threads, std::memory_order_relaxed);
  if (left_at(nodes_[number]) != 0) wait(number);
}

void shared_tree::wait(std::uint32_t number) noexcept {
  choice_node& waiting = nodes_[number];
  if (waiting.is_waiting) return;
  waiting.is_waiting = true;
  waiting.next_waiting = no_node;
  (first_waiting_ == no_node ? first_waiting_ : nodes_[last_waiting_].next_waiting) = number;
  last_waiting_ = number;
}

bool shared_tree::take_at(choice_node& from, choice& here) noexcept {
  const std::uint32_t left = left_at(from);
  if (left == 0) return false;
  here = from.made;
  here.tried = from.taken.load(std::memory_order_relaxed);
  here.take_thread(lowest(left));
  from.taken.store(here.tried | bit(here.chosen), std::memory_order_relaxed);
  return true;
}

bool shared_tree::take(std::uint32_t number, choice& here) noexcept {
  if (left_at(nodes_[number]) == 0) return false;
  const hold exclusively(*this);
  return take_at(nodes_[number], here);
}

// The one that waits longest, which mostly is near the root, and so has much below it.
std::uint32_t shared_tree::take_waiting(choice& here) noexcept {
  while (first_waiting_ != no_node) {
    const std::uint32_t number = first_waiting_;
    if (take_at(nodes_[number], here)) return number;
    nodes_[number].is_waiting = false;
    first_waiting_ = nodes_[number].next_waiting;
  }
  return no_node;
}

std::uint32_t shared_tree::take_any(bool was_at_work, choice& here, std::atomic<bool>& stop,
                                    std::uint64_t end) noexcept {
  for (unsigned round = 0; !stop.load(std::memory_order_relaxed); ++round) {
    {
      const hold exclusively(*this);
      if (was_at_work && round == 0) --at_work_;
      const std::uint32_t found = take_waiting(here);
      if (found != no_node) ++at_work_;
      if (found == no_node && at_work_ == 0) is_explored_.store(true, std::memory_order_relaxed);
      if (found != no_node || at_work_ == 0) return found;
    }
    if (real_time() >= end) stop.store(true, std::memory_order_relaxed);
    if (round < 1'000) {
      kernel(SYS_sched_yield);
    } else {
      const timespec how_long{.tv_sec = 0, .tv_nsec = 100'000};
      kernel(SYS_nanosleep, argument(&how_long));
    }
  }
  return no_node;
}

}  // namespace explore
