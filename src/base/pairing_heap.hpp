#pragma once

#include <cstdint>
#include <utility>

#include "base/contract.hpp"

namespace quiesce::inline v0::base {

/// What an object carries to stand in one pairing heap. It stays where it is while it stands there.
class pairing_heap_node {
 public:
  pairing_heap_node() noexcept = default;
  pairing_heap_node(const pairing_heap_node&) = delete;
  pairing_heap_node& operator=(const pairing_heap_node&) = delete;
  ~pairing_heap_node() {
    if (is_linked()) bug("an object died while it stood in a heap");
  }

  bool is_linked() const noexcept { return sequence_ != 0; }

 private:
  template <class T, auto Before>
  friend class pairing_heap;
  template <class T, auto Before, auto DueOf, auto IsLoose>
  friend class timing_wheel;

  pairing_heap_node* child_ = nullptr;     // the first one
  pairing_heap_node* sibling_ = nullptr;   // the next one
  pairing_heap_node* previous_ = nullptr;  // the sibling before this one; the parent, of a first child
  std::uint64_t sequence_ = 0;             // counts insertions; zero: not linked
};

/// A priority queue of objects that carry their own links: no memory is asked for and nothing can fail. T derives from
/// pairing_heap_node; Before(a, b) says whether a comes before b, and what it compares must not change while the
/// object is linked. Of equals, the one that was inserted first comes first.
///
/// insert() takes constant time, pop() and remove() O(log n) each over any sequence of operations. No function
/// recurses: an order of insertions can make a tree that is as deep as it has nodes.
///
/// Fredman, Sedgewick, Sleator, Tarjan: The pairing heap, a new form of self-adjusting heap (1986); the two-pass form.
template <class T, auto Before>
class pairing_heap {
 public:
  pairing_heap() noexcept = default;
  pairing_heap(const pairing_heap&) = delete;
  pairing_heap& operator=(const pairing_heap&) = delete;
  ~pairing_heap() {
    if (!empty()) bug("a heap died with objects in it");
  }

  bool empty() const noexcept { return root_ == nullptr; }

  /// The one that comes first. The heap is not empty.
  T& top() const noexcept { return object(*root_); }

  void insert(T& added) noexcept {
    node& entry = added;
    if (entry.is_linked()) bug("an object was inserted into a heap that stands in one already");
    entry.sequence_ = ++last_sequence_;
    put(entry);
  }

  /// Takes out the one that comes first. The heap is not empty.
  T& pop() noexcept {
    node* const first = root_;
    root_ = combine(first->child_);
    unlink(*first);
    return object(*first);
  }

  /// Takes out one that stands in this heap.
  void remove(T& removed) noexcept {
    node& entry = removed;
    if (&entry == root_) {
      pop();
      return;
    }
    cut(entry);
    if (node* const children = combine(entry.child_)) root_ = meld(root_, children);
    unlink(entry);
  }

 private:
  template <class U, auto UBefore, auto DueOf, auto IsLoose>
  friend class timing_wheel;
  using node = pairing_heap_node;

  // Its sequence stands: that of this insertion, or of an earlier one into something that hands over to this heap.
  void put(node& entry) noexcept { root_ = root_ == nullptr ? &entry : meld(root_, &entry); }

  static T& object(node& entry) noexcept { return static_cast<T&>(entry); }

  static bool comes_before(node& a, node& b) noexcept {
    if (Before(std::as_const(object(a)), std::as_const(object(b)))) return true;
    if (Before(std::as_const(object(b)), std::as_const(object(a)))) return false;
    return a.sequence_ < b.sequence_;
  }

  static void unlink(node& entry) noexcept {
    entry.child_ = entry.sibling_ = entry.previous_ = nullptr;
    entry.sequence_ = 0;
  }

  // Takes a node that is not the root, with all below it, out of its place among its siblings.
  static void cut(node& entry) noexcept {
    node& before = *entry.previous_;
    (before.child_ == &entry ? before.child_ : before.sibling_) = entry.sibling_;
    if (entry.sibling_ != nullptr) entry.sibling_->previous_ = &before;
  }

  // Makes one tree of two. Both are roots: without siblings and without a previous node.
  static node* meld(node* a, node* b) noexcept {
    if (comes_before(*b, *a)) std::swap(a, b);
    b->previous_ = a;
    b->sibling_ = a->child_;
    if (a->child_ != nullptr) a->child_->previous_ = b;
    a->child_ = b;
    return a;
  }

  // Makes one tree of a list of siblings: melds them in pairs from the left, then the pairs from the right. Melding
  // them one after the other instead would be as short and take linear time again and again.
  static node* combine(node* siblings) noexcept {
    node* pairs = nullptr;  // the last one first, linked by sibling_
    while (siblings != nullptr) {
      node* pair = detach_first(siblings);
      if (siblings != nullptr) pair = meld(pair, detach_first(siblings));
      pair->sibling_ = pairs;
      pairs = pair;
    }
    node* root = nullptr;
    while (pairs != nullptr) {
      node* const pair = std::exchange(pairs, pairs->sibling_);
      pair->sibling_ = nullptr;
      root = root == nullptr ? pair : meld(root, pair);
    }
    return root;
  }

  static node* detach_first(node*& list) noexcept {
    node* const first = list;
    list = first->sibling_;
    first->sibling_ = first->previous_ = nullptr;
    return first;
  }

  node* root_ = nullptr;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace quiesce::inline v0::base
