#include "shrink.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace explore {
namespace {

std::uint64_t weight(const interruptions& of) {
  return std::accumulate(of.begin(), of.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const interruption& each) { return sum + each.choice; });
}

interruptions without(const interruptions& from, std::size_t begin, std::size_t end) {
  interruptions rest(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(begin));
  rest.insert(rest.end(), from.begin() + static_cast<std::ptrdiff_t>(end), from.end());
  return rest;
}

constexpr std::uint32_t most_lower = 64;  // a value that the program has chosen may be one of many

class shrinking {
 public:
  shrinking(interruptions failing, const trial& attempt) : best_(std::move(failing)), attempt_(attempt) {}

  interruptions result() {
    take_smaller({{}});
    leave_out_parts();
    do {
      while (take_smaller(without_pairs())) {
      }
    } while (take_smaller(with_lower_choices()));
    return best_;
  }

 private:
  // What comes back is not believed to be smaller: so this ends, whatever the trials say.
  bool take_smaller(const std::vector<interruptions>& candidates) {
    if (best_.empty() || candidates.empty()) return false;
    std::optional<interruptions> found = attempt_(candidates);
    if (!found || !is_smaller(*found, best_)) return false;
    best_ = *std::move(found);
    return true;
  }

  void leave_out_parts() {
    for (std::size_t parts = 2; !best_.empty();) {
      parts = std::min(parts, best_.size());
      if (take_smaller(parts_and_rests(parts))) {
        parts = std::max<std::size_t>(parts - 1, 2);
      } else if (parts == best_.size()) {
        return;
      } else {
        parts *= 2;
      }
    }
  }

  [[nodiscard]] std::vector<interruptions> parts_and_rests(std::size_t parts) const {
    std::vector<interruptions> candidates;
    const auto bound = [&](std::size_t part) { return part * best_.size() / parts; };
    for (std::size_t i = 0; i < parts; ++i) {
      candidates.emplace_back(best_.begin() + static_cast<std::ptrdiff_t>(bound(i)),
                              best_.begin() + static_cast<std::ptrdiff_t>(bound(i + 1)));
    }
    for (std::size_t i = parts; i-- > 0;) candidates.push_back(without(best_, bound(i), bound(i + 1)));
    return candidates;
  }

  // Two that cancel each other, as there and back, go only together.
  [[nodiscard]] std::vector<interruptions> without_pairs() const {
    std::vector<interruptions> candidates;
    for (std::size_t i = best_.size(); i-- > 0;) {
      const interruptions rest = without(best_, i, i + 1);
      candidates.push_back(rest);
      for (std::size_t k = i; k-- > 0;) candidates.push_back(without(rest, k, k + 1));
    }
    return candidates;
  }

  [[nodiscard]] std::vector<interruptions> with_lower_choices() const {
    std::vector<interruptions> candidates;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      for (std::uint32_t lower = 0; lower < std::min(best_[i].choice, most_lower); ++lower) {
        candidates.push_back(best_);
        candidates.back()[i].choice = lower;
      }
    }
    return candidates;
  }

  interruptions best_;
  const trial& attempt_;
};

}  // namespace

bool is_smaller(const interruptions& a, const interruptions& b) {
  return a.size() != b.size() ? a.size() < b.size() : weight(a) < weight(b);
}

interruptions shrink(interruptions failing, const trial& attempt) {
  return shrinking(std::move(failing), attempt).result();
}

}  // namespace explore
