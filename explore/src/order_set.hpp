/// The orders that a search has come to, and an estimate of those that it has not.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace explore {

/// Hashes of orders, entered by any number of threads and processes until it is full. All zero when it is new.
class order_set {
 public:
  static constexpr std::size_t places = std::size_t{1} << 22;

  /// no_place: it is full, and none is looked at any more, not even one that it knows. So those that are counted are the first
  /// executions, as they were drawn; of the later ones only those with a known order could be, and little would look unseen.
  enum class entry : std::uint8_t { first, second, later, no_place };
  entry enter(std::uint64_t hash) noexcept {
    if (count_.load(std::memory_order_relaxed) > places / 4 * 3) return entry::no_place;
    if (hash < seen_again + 1) hash = seen_again << 1;
    hash &= ~seen_again;
    for (std::size_t at = (hash * 0x9e3779b97f4a7c15U) >> 42;; at = (at + 1) % places) {
      std::uint64_t found = table_[at].load(std::memory_order_relaxed);
      if (found == 0 && table_[at].compare_exchange_strong(found, hash, std::memory_order_relaxed)) {
        count_.fetch_add(1, std::memory_order_relaxed);
        return entry::first;
      }
      if ((found & ~seen_again) != hash) continue;
      if ((found & seen_again) != 0) return entry::later;
      const bool is_second = (table_[at].fetch_or(seen_again, std::memory_order_relaxed) & seen_again) == 0;
      return is_second ? entry::second : entry::later;
    }
  }

 private:
  static constexpr std::uint64_t seen_again = 1;  // in the lowest bit, which no hash has
  std::atomic<std::uint64_t> count_;
  std::atomic<std::uint64_t> table_[places];
};

/// Of executions that were entered into one set. Those of several workers can be added.
struct order_counts {
  std::uint64_t entered = 0;
  std::uint64_t distinct = 0;
  std::int64_t once = 0;  // orders with one execution; of a single worker less than none where it meets another one's

  void add(order_set::entry found) noexcept {
    if (found == order_set::entry::no_place) return;
    ++entered;
    if (found == order_set::entry::first) ++distinct, ++once;
    if (found == order_set::entry::second) --once;
  }
  order_counts& operator+=(const order_counts& other) noexcept {
    entered += other.entered;
    distinct += other.distinct;
    once += other.once;
    return *this;
  }
};

/// The probability that one more execution, drawn as the others were, comes to an order that none of them has: about the
/// share of executions that have an order for themselves. (Good: The Population Frequencies of Species and the Estimation of
/// Population Parameters, Biometrika 40, 1953, after Turing.)
constexpr double unseen_mass(const order_counts& of) noexcept {
  return of.entered == 0 ? 1 : static_cast<double>(of.once) / static_cast<double>(of.entered);
}

/// The same in words: "about 3 %".
std::string unseen_mass_text(const order_counts& of);

}  // namespace explore
