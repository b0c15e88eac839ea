// Who is in flight, and since when, is read while callbacks begin and end. The hour that one of them sleeps is the explorer's.
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

// A callback of `first` runs for an hour, and then one of `second` begins. Meanwhile it is looked for those of `own`.
template <class Look>
void look_while_one_follows_another(const int& first, const int& second, Look look) {
  q::auto_reset_event slept;
  std::thread runs([&] {
    const running_callback shown;
    running_callback::begins(&first);
    std::this_thread::sleep_for(hour);
    slept.set();
    running_callback::ended();
    running_callback::begins(&second);
    running_callback::ended();
  });
  static_cast<void>(q::wait(slept));
  const auto found = running_callback::all_of(&own);
  assert(found.size() <= 1);
  for (const running_callback::found& each : found) look(std::chrono::nanoseconds(each.running_for));
  reach(found.empty() ? "not found" : "found");
  runs.join();
}

TEST(RunningCallbackScenario, ItIsNotTakenToRunSinceAnEarlierOneBegan_D8) {
  explore_both(2, 2, {"found", "not found"}, [] {
    look_while_one_follows_another(other, own,
                                   [](std::chrono::nanoseconds running_for) { assert(running_for < hour); });
  });
}

TEST(RunningCallbackScenario, ItIsNotTakenToHaveBegunWhenTheNextOneDid_D8) {
  explore_both(2, 3, {"found", "not found"}, [] {
    look_while_one_follows_another(own, other,
                                   [](std::chrono::nanoseconds running_for) { assert(running_for >= hour); });
  });
}

}  // namespace
