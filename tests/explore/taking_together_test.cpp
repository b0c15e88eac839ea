// Waits for all whose objects are all there, and which so need not let them stand still, under the interleavings of two
// threads, all of them, or of three, bounded.
#include <cassert>
#include <memory>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_all;
using scenario::explore_bounded;
using support::waiters_of;

// Who takes the first finds the second, and who does not find the first does not find the second. Both are there.
void take_while_another_looks(q::auto_reset_event& a, q::auto_reset_event& b) {
  bool found_a = false;
  bool found_b = false;
  std::thread other([&] {
    found_a = static_cast<bool>(q::try_wait(a));
    found_b = static_cast<bool>(q::try_wait(b));
  });
  const q::wait_result result = q::try_wait_all({a, b});
  reach(result ? "all" : "nothing");
  other.join();
  assert(found_a == found_b && found_a == !result);
}

TEST(TakingTogetherScenario, NobodySeesItHalfTaken_B3) {
  explore_bounded(4, {"all", "nothing"}, [] {
    q::auto_reset_event a(true);
    q::auto_reset_event b(true);
    take_while_another_looks(a, b);
  });
}

TEST(TakingTogetherScenario, WhoTakesAllSeesWhatPrecededTheirSignals_A2_B3) {
  explore_all({"all", "nothing"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b(true);
    int data = 0;
    std::thread signaller([&] {
      data = 1;
      a.set();
    });
    const bool all = static_cast<bool>(q::try_wait_all({a, b}));
    if (all) assert(data == 1);
    reach(all ? "all" : "nothing");
    signaller.join();
  });
}

TEST(TakingTogetherScenario, OfTwoInOppositeOrderOneGetsAllThatIsThere_B3) {
  explore_all({"the first", "the second"}, [] {
    q::auto_reset_event a(true);
    q::auto_reset_event b(true);
    bool other = false;
    std::thread waits([&] { other = static_cast<bool>(q::try_wait_all({b, a})); });
    const bool mine = static_cast<bool>(q::try_wait_all({a, b}));
    waits.join();
    assert(mine != other);
    reach(mine ? "the first" : "the second");
    assert(waiters_of::raw_word(a) == 0 && waiters_of::raw_word(b) == 0);
  });
}

// While somebody else waits for one of them together with a third, it stands still: the other way to take all is gone.
TEST(TakingTogetherScenario, NobodySeesItHalfTakenWhileOneOfThemStandsStill_B3) {
  explore_bounded(2, {"all", "nothing"}, [] {
    q::auto_reset_event a;
    q::auto_reset_event b(true);
    q::auto_reset_event third;
    std::thread waits([&] { static_cast<void>(q::wait_all({a, third})); });
    while (!waiters_of::any(third)) std::this_thread::yield();
    a.set();
    take_while_another_looks(a, b);
    a.set();
    third.set();
    waits.join();
  });
}

TEST(TakingTogetherScenario, WhoSeesOneTakenMayDestroyTheOther_A4_B3) {
  explore_all({"taken together", "not there"}, [] {
    q::auto_reset_event a(true);
    auto b = std::make_unique<q::auto_reset_event>(true);
    bool found_a = false;
    const q::handle_ref objects[] = {a, *b};
    std::thread other([&] {
      found_a = static_cast<bool>(q::try_wait(a));
      if (!found_a) b.reset();
    });
    const q::wait_result result = q::try_wait_all(objects);
    reach(result ? "taken together" : "not there");
    other.join();
    assert(found_a == !result);
  });
}

TEST(TakingTogetherScenario, AMutexTakenSoIsAbandonedByTheEndOfItsThread_A6_B3) {
  explore_all({"waited", "found it abandoned"}, [] {
    q::mutex mutex;
    q::auto_reset_event event(true);
    std::thread takes([&] { static_cast<void>(q::wait_all({mutex, event})); });
    while (waiters_of::raw_word(event) != 0) std::this_thread::yield();
    const q::wait_result glance = q::try_wait(mutex);
    if (glance) {
      reach("found it abandoned");
      assert(glance.status == q::wait_status::abandoned);
    } else {
      reach("waited");
      assert(q::wait(mutex).status == q::wait_status::abandoned);
    }
    mutex.unlock();
    takes.join();
  });
}

}  // namespace
