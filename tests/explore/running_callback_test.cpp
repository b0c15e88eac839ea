// Who is in flight, and since when, is read while callbacks begin and end.
#include "pool/running_callback.hpp"

#include <cassert>
#include <chrono>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using q::running_callback;
using scenario::explore_both;
using namespace std::chrono_literals;

constexpr int own = 0;
constexpr int other = 0;
constexpr std::chrono::nanoseconds hour = 1h;

// All that runs of `own`, which is at most one.
template <class Look>
void look_at_own(Look look) {
  const auto found = running_callback::all_of(&own);
  assert(found.size() <= 1);
  for (const running_callback::found& each : found) look(std::chrono::nanoseconds(each.running_for));
  reach(found.empty() ? "not found" : "found");
}

TEST(RunningCallbackScenario, ItIsNotTakenToRunSinceAnEarlierOneBegan_D8) {
  explore_both(2, 2, {"found", "not found"}, [] {
    q::auto_reset_event slept;
    std::thread runs([&] {
      const running_callback shown;
      running_callback::begins(&other);
      std::this_thread::sleep_for(hour);
      slept.set();
      running_callback::ended();
      running_callback::begins(&own);
      running_callback::ended();
    });
    static_cast<void>(q::wait(slept));
    look_at_own([](std::chrono::nanoseconds running_for) { assert(running_for < hour); });
    runs.join();
  });
}

TEST(RunningCallbackScenario, ItIsNotTakenToHaveBegunWhenTheNextOneDid_D8) {
  explore_both(2, 3, {"found", "not found"}, [] {
    q::auto_reset_event slept;
    std::thread runs([&] {
      const running_callback shown;
      running_callback::begins(&own);
      std::this_thread::sleep_for(hour);
      slept.set();
      running_callback::ended();
      running_callback::begins(&other);
      running_callback::ended();
    });
    static_cast<void>(q::wait(slept));
    look_at_own([](std::chrono::nanoseconds running_for) { assert(running_for >= hour); });
    runs.join();
  });
}

}  // namespace
