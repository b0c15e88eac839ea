/// The first levels of a tree of choices, which several workers explore together: each a process of its own.
///
/// A node is a choice before a step, and each thread that is wanted there leads to a subtree. A worker *takes* one after the
/// other; whoever has nothing to do takes one that waits. Below the first levels a worker has its subtree to itself.
///
/// Why nothing is left out, and no complete execution made twice, as if there were one worker:
///   - Takings at a node have an order. Who takes a thread has those asleep that were taken there before. So of two executions
///     that are one behaviour only that is made whose thread was taken first at the node where they part.
///   - It does not matter whether a subtree of which a thread sleeps has been explored, or still is: at the end it has been.
///   - A race that any worker sees below a node makes a thread wanted in the node that all share. At the end everything that
///     is wanted has been taken; so each race that was seen anywhere has its reversal, which is all that source sets need.
///   - The workers differ only in how early they know what is wanted. It can come twice for one race, by two workers at once:
///     then more executions are begun, and cut short when everything that could go on is asleep.
///   - The outcomes of a load (weak memory) belong to the taking of its thread: one worker tries them all. And a thread whose
///     time-out competes with a wake is made wanted at the node of the wake, like a race.
/// To give each worker whole subtrees of its own, with everything possible wanted in the first levels, would do without a
/// shared node; but a thread whose step nobody depends on then leads to a subtree in which it sleeps for ever, and which is as
/// large as the rest.
#pragma once

#include <atomic>
#include <cstdint>

#include "search.hpp"

namespace explore {

/// All zero when it is new; then prepare().
class shared_tree {
 public:
  static constexpr std::uint32_t most_nodes = 1 << 17;
  /// Choices between several threads above which nodes are shared.
  static constexpr unsigned levels = 10;
  static constexpr std::uint32_t no_node = 0;

  /// The first worker is at work.
  void prepare() noexcept { used_ = at_work_ = 1; }

  /// A node below `parent`, by the choice `above` as its worker has made it; `made` has taken its thread. no_node: it is too
  /// deep, or there are too many.
  std::uint32_t add(std::uint32_t parent, const choice& above, const choice& made) noexcept;

  std::uint32_t wanted(std::uint32_t node) const noexcept {
    return nodes_[node].wanted.load(std::memory_order_relaxed);
  }
  void want(std::uint32_t node, std::uint32_t threads) noexcept;

  /// The next thread for a worker that is at the node. False: there is none at present.
  bool take(std::uint32_t node, choice& here) noexcept;
  /// A thread at some node, for a worker that has nothing to do. no_node: everything is explored, or `stop` says so, which is
  /// set if nobody has done it at `end`, in real time.
  /// Blocks: while others may still come to want something.
  std::uint32_t take_any(bool was_at_work, choice& here, std::atomic<bool>& stop, std::uint64_t end) noexcept;
  bool is_explored() const noexcept { return is_explored_.load(std::memory_order_relaxed); }

  std::uint32_t parent(std::uint32_t node) const noexcept { return nodes_[node].parent; }
  const choice& above(std::uint32_t node) const noexcept { return nodes_[node].above; }
  std::uint32_t position(std::uint32_t node) const noexcept { return nodes_[node].position; }

 private:
  struct choice_node {
    choice above;
    choice made;
    std::uint32_t parent;
    std::uint32_t position;
    std::atomic<std::uint32_t> wanted;
    std::atomic<std::uint32_t> taken;
    std::uint32_t next_waiting;
    bool is_waiting;
    std::uint8_t level;
  };
  class hold;

  static std::uint32_t left_at(const choice_node& of) noexcept {
    return of.wanted.load(std::memory_order_relaxed) & ~of.taken.load(std::memory_order_relaxed) & ~of.made.asleep;
  }
  void wait(std::uint32_t number) noexcept;
  bool take_at(choice_node& from, choice& here) noexcept;
  std::uint32_t take_waiting(choice& here) noexcept;

  std::atomic<std::uint32_t> locked_;
  std::atomic<bool> is_explored_;
  std::uint32_t used_;  // nodes, and the first place, which no node has
  std::uint32_t at_work_;
  std::uint32_t first_waiting_;  // nodes where something may be left to take
  std::uint32_t last_waiting_;
  choice_node nodes_[most_nodes];
};

}  // namespace explore
