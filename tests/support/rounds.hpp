#pragma once

#include <chrono>
#include <cstdlib>

namespace support {

/// How often a stress test goes round: the same number in every flavour. One variable makes all of them longer or
/// shorter.
inline int rounds(int usual) {
  const char* const percent = std::getenv("QUIESCE_STRESS_PERCENT");
  return percent == nullptr ? usual : static_cast<int>(static_cast<long long>(usual) * std::atoi(percent) / 100);
}

/// The rounds of a stress test that is there for moments which depend on the machine and its load: as many as usual, and
/// then on until it has met them often enough, 30 s more at most. The test then asserts that it has.
class rounds_until_met {
 public:
  explicit rounds_until_met(int usual) : usual_(rounds(usual)) {}

  /// Before each round. False: that was enough.
  bool go_on(bool has_met_enough) {
    if (++number_ < usual_) return true;
    const auto now = std::chrono::steady_clock::now();
    if (number_ == usual_) limit_ = now + std::chrono::seconds(30);
    return !has_met_enough && now < limit_;
  }
  /// From 0. After the last round, how many there were.
  int number() const { return number_; }

 private:
  const int usual_;
  int number_ = -1;
  std::chrono::steady_clock::time_point limit_;
};

}  // namespace support
