// Timers under interleavings with the thread that tells their expirations.
#include "quiesce/timer.hpp"

#include <cassert>
#include <chrono>

#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;
using std::chrono::milliseconds;

TEST(TimerScenario, NoExpirationFollowsACancel_A1) {
  explore_bounded(3, {"expired", "cancelled"}, [] {
    q::timer timer;
    timer.set(milliseconds(1));
    timer.cancel();
    const bool had_expired = static_cast<bool>(q::try_wait(timer));
    assert(!q::wait_for(timer, milliseconds(5)));
    reach(had_expired ? "expired" : "cancelled");
  });
}

TEST(TimerScenario, OneThatIsSetAnewForgetsTheExpirationBeforeIt_A1) {
  explore_bounded(3, {"not yet"}, [] {
    q::timer timer;
    timer.set(milliseconds(1));
    timer.set(q::never);
    assert(!q::wait_for(timer, milliseconds(5)));
    reach("not yet");
  });
}

}  // namespace
