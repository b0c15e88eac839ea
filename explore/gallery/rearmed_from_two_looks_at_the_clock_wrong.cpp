/// A periodic timer looks at the clock to see how many periods have ended, and looks again to see when the next one
/// will. A period that ends between the two looks is not counted by the first, and gone for the second: it is lost.
#include <cassert>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr auto period = 10ms;

class periodic_timer {
 public:
  void wait_and_fire() {
    std::this_thread::sleep_until(due_);
    fired_ += ended_periods();
    due_ += ended_periods() * period;
  }
  bool none_lost() const { return due_ == start_ + (fired_ + 1) * period; }

 private:
  long ended_periods() const { return (clock_type::now() - due_) / period + 1; }

  const clock_type::time_point start_ = clock_type::now();
  clock_type::time_point due_ = start_ + period;
  long fired_ = 0;
};

int main() {
  periodic_timer timer;
  std::thread other([] { std::this_thread::sleep_for(2 * period); });
  timer.wait_and_fire();
  assert(timer.none_lost());
  other.join();
}
