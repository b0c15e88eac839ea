// A registered wait that arms itself again from its own callback, and stops for good.
// snippet begin
#include <quiesce/quiesce.hpp>

#include <cstdio>
namespace q = quiesce;
using namespace std::chrono_literals;

int main() {
  q::thread_pool pool;
  q::auto_reset_event tick, done;
  int left = 3;
  q::registered_wait w{pool, [&](q::callback_scope& s) {
                         std::printf("tick %d\n", left);
                         if (--left == 0) return done.set();
                         s.arm(tick, 100ms);
                       }};
  w.arm(tick, 100ms);  // a signal or 100 ms, whichever comes first; no thread waits
  const bool finished{q::wait_for(done, 30s)};
  w.stop();  // no callback runs and none ever will
  std::printf("%s\n", finished ? "stopped" : "too late");
}
// snippet end
