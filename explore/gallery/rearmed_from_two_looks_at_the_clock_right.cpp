/// A periodic timer looks at the clock once, and takes from it both how many periods have ended and when the next one
/// will. A period that ends after the look is not counted, but is what the timer will wait for.
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
    const long ended = ended_periods();
    fired_ += ended;
    due_ += ended * period;
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
