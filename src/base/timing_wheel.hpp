#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/contract.hpp"
#include "base/pairing_heap.hpp"

namespace quiesce::inline v0::base {

/// Objects that are due at moments, in the order of these: a heap of those that are due now or nearly so, and before it a
/// wheel of slots in which the others wait in no order. So what is taken out again before it is due, as most is, costs a few
/// instructions however many there are; and the order is exact all the same. No memory is asked for and nothing can fail.
///
/// A slot of level 0 is 2^16 ns wide, one of each further level 64 times as wide as one of the level below. `here_` is the
/// slot of level 0 to which time has come, as a number of six bits for each level; while anything is linked it never goes
/// back, even if the clock does. An object whose slot is not later stands in the heap. Another one stands at the highest
/// level at which its number differs from `here_`, in the slot that its digit there says. When time comes to a slot of
/// level 0 its objects go to the heap; when it comes to another one, to the levels below.
///
///   I1  an object in the wheel has a number greater than here_; at its level it stands in the slot of its digit, which is
///       greater than that of here_, and above that the digits are those of here_. So all of a level come before all of the
///       levels above it, and where an object stands can be told from its moment
///   I2  a bit of occupied_ is set if and only if the slot's list is not empty
///   I3  a list is in the order of insertion
///
/// T derives from pairing_heap_node; Before orders the heap, by DueOf, a moment in nanoseconds that is not negative. Of
/// equals, the one that was inserted first comes first. An object that IsLoose stands in the heap from the beginning: it may
/// be wanted before its moment. None of these answers changes while the object is linked.
///
/// insert() and remove() take constant time, in the heap O(log n) of those that are nearly due. Each object is moved at most
/// once for each level, when time comes to it. All of a slot are moved in one call: of a crowd whose moments are close
/// together, first_until() may move as many as there are.
///
/// Varghese, Lauck: Hashed and hierarchical timing wheels (1987).
template <class T, auto Before, auto DueOf, auto IsLoose>
class timing_wheel {
 public:
  static constexpr std::int64_t never_due = std::numeric_limits<std::int64_t>::max();

  timing_wheel() noexcept = default;
  timing_wheel(const timing_wheel&) = delete;
  timing_wheel& operator=(const timing_wheel&) = delete;
  ~timing_wheel() {
    if (next_look() != never_due) bug("a timing wheel died with objects in it");
  }

  void insert(T& added) noexcept {
    node& entry = added;
    if (entry.is_linked()) bug("an object was inserted into a timing wheel that stands in one already");
    entry.sequence_ = ++last_sequence_;
    place(entry);
  }

  /// Takes out one that stands here.
  void remove(T& removed) noexcept {
    if (stands_in_heap(removed)) return near_.remove(removed);
    const place_of where = place_in_wheel(number(removed));
    unlink(slots_[where.level][where.slot], where, removed);
  }

  /// The one that comes first among those that are due by `now`, or are loose; null if there is none. It stays.
  T* first_until(std::int64_t now) noexcept {
    // By I1 all that is in the wheel comes after an object whose slot is not later than here_. So slots are opened one by
    // one as they are needed, and the heap stays small also when time is far ahead.
    while (near_.empty() || number(near_.top()) > here_) {
      if (now < 0 || !open_next(static_cast<std::uint64_t>(now) >> finest)) break;
    }
    return near_.empty() ? nullptr : &near_.top();
  }

  /// Takes out what first_until() has returned.
  void pop() noexcept { static_cast<void>(near_.pop()); }

  /// When first_until() has to be asked again: not later than the first object is due, and most often just then. never_due
  /// when there is none.
  std::int64_t next_look() const noexcept {
    const std::int64_t near = near_.empty() ? never_due : DueOf(near_.top());
    for (std::size_t level = 0; level < levels; ++level) {
      if (occupied_[level] != 0) return std::min(near, earliest_of({level, first_slot(level)}));
    }
    return near;
  }

 private:
  using node = pairing_heap_node;

  static constexpr int finest = 16;
  static constexpr int digit = 6;
  static constexpr std::size_t slots = std::size_t{1} << digit;
  static constexpr std::size_t levels = (63 - finest + digit - 1) / digit;
  static constexpr int few = 16;  // objects that are looked at for the moment of the next one

  struct place_of {
    std::size_t level;
    std::size_t slot;
  };

  static T& object(node& entry) noexcept { return static_cast<T&>(entry); }
  static const T& object(const node& entry) noexcept { return static_cast<const T&>(entry); }
  static std::uint64_t number(const node& entry) noexcept {
    return static_cast<std::uint64_t>(DueOf(object(entry))) >> finest;
  }
  static int shift(std::size_t level) noexcept { return digit * static_cast<int>(level); }

  bool stands_in_heap(const node& entry) const noexcept { return number(entry) <= here_ || IsLoose(object(entry)); }

  place_of place_in_wheel(std::uint64_t of) const noexcept {
    const auto level = static_cast<std::size_t>((std::bit_width(of ^ here_) - 1) / digit);
    return {level, static_cast<std::size_t>(of >> shift(level)) % slots};
  }

  std::size_t first_slot(std::size_t level) const noexcept {
    return static_cast<std::size_t>(std::countr_zero(occupied_[level]));
  }

  // The number at which a slot begins.
  std::uint64_t begin_of(place_of where) const noexcept {
    const int above = shift(where.level) + digit;
    return here_ >> above << above | static_cast<std::uint64_t>(where.slot) << shift(where.level);
  }

  // Of a slot that is not empty: when its first object is due, or with many of them not later.
  std::int64_t earliest_of(place_of where) const noexcept {
    const node* const first = slots_[where.level][where.slot];
    std::int64_t earliest = never_due;
    const node* each = first;
    for (int left = few; left != 0; --left) {
      earliest = std::min(earliest, DueOf(object(*each)));
      each = each->sibling_;
      if (each == first) return earliest;
    }
    return static_cast<std::int64_t>(begin_of(where) << finest);
  }

  void place(node& entry) noexcept {
    if (stands_in_heap(entry)) return near_.put(entry);
    const place_of where = place_in_wheel(number(entry));
    node*& first = slots_[where.level][where.slot];
    occupied_[where.level] |= std::uint64_t{1} << where.slot;
    if (first == nullptr) {
      entry.sibling_ = entry.previous_ = &entry;
      first = &entry;
      return;
    }
    entry.sibling_ = first;
    entry.previous_ = first->previous_;
    first->previous_->sibling_ = &entry;
    first->previous_ = &entry;
  }

  void unlink(node*& first, place_of where, node& entry) noexcept {
    if (entry.sibling_ == &entry) {
      first = nullptr;
      occupied_[where.level] &= ~(std::uint64_t{1} << where.slot);
    } else {
      entry.previous_->sibling_ = entry.sibling_;
      entry.sibling_->previous_ = entry.previous_;
      if (first == &entry) first = entry.sibling_;
    }
    entry.sibling_ = entry.previous_ = nullptr;
    entry.sequence_ = 0;
  }

  // Opens the earliest slot, if it begins by that number. Otherwise time comes there: none begins between here_ and it, so
  // I1 holds for it too.
  bool open_next(std::uint64_t last) noexcept {
    for (std::size_t level = 0; level < levels; ++level) {
      if (occupied_[level] == 0) continue;
      const place_of where{level, first_slot(level)};
      if (begin_of(where) <= last) {
        open(where);
        return true;
      }
      here_ = std::max(here_, last);
      return false;
    }
    // With nothing in the wheel there is no I1 to keep; and nothing in the heap either: a clock that had been far ahead is
    // forgotten.
    if (near_.empty() || here_ < last) here_ = last;
    return false;
  }

  // By I1 nothing is at the levels below.
  void open(place_of where) noexcept {
    here_ = begin_of(where);
    node* const first = std::exchange(slots_[where.level][where.slot], nullptr);
    occupied_[where.level] &= ~(std::uint64_t{1} << where.slot);
    first->previous_->sibling_ = nullptr;
    for (node* each = first; each != nullptr;) {
      node& moved = *std::exchange(each, each->sibling_);
      moved.sibling_ = moved.previous_ = nullptr;
      place(moved);
    }
  }

  pairing_heap<T, Before> near_;
  std::uint64_t here_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::array<std::uint64_t, levels> occupied_{};
  std::array<std::array<node*, slots>, levels> slots_{};
};

}  // namespace quiesce::inline v0::base
