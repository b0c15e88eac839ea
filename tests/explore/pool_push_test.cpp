// Pushes that pass by the lock of the crew, under interleavings: none is lost, and each is seen whole.
#include <cassert>
#include <string>
#include <thread>

#include "pool/incoming_items.hpp"
#include "pool/run_queue.hpp"
#include "quiesce/auto_reset_event.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::explore_bounded;
using scenario::unlimited;

class written_item final : public q::work_item {
 public:
  written_item() noexcept : work_item(q::run_on::worker, q::priority::normal) {}
  void run() override { assert(value == 1); }
  int value = 0;
};

TEST(IncomingItemsScenario, EachPushIsTakenWholeOrComesToTheLock) {
  explore_both(unlimited, unlimited, {"taken", "attended to", "came to the lock"}, [] {
    q::incoming_items items;
    q::run_queue queue;
    items.open();
    written_item one, other;
    bool one_is_queued = false, other_is_queued = false;
    std::thread pusher([&] {
      one.value = 1;
      one_is_queued = items.push(one);
    });
    std::thread other_pusher([&] {
      other.value = 1;
      other_is_queued = items.push(other);
    });
    items.take(queue);
    const std::size_t taken = queue.size();
    items.attend(queue);
    const std::size_t all = queue.size();
    while (!queue.empty()) queue.take().run();
    pusher.join();
    other_pusher.join();
    assert(all == std::size_t{one_is_queued} + std::size_t{other_is_queued});
    if (taken != 0) reach("taken");
    if (all != taken) reach("attended to");
    if (all != 2) reach("came to the lock");
  });
}

TEST(PoolPushScenario, AWorkerThatTurnsIdleTakesWhatIsJustPushed) {
  explore_bounded(3, {"ran"}, [] {
    q::thread_pool pool({.running = 1});
    q::auto_reset_event both;
    std::string ran;
    pool.post([&] { ran += 'a'; });
    pool.post([&] {
      ran += 'b';
      both.set();
    });
    static_cast<void>(q::wait(both));  // for ever, if it were lost
    assert(ran == "ab");
    reach("ran");
  });
}

TEST(PoolPushScenario, OneOfTwoWorkersTakesWhatIsPushedFromTwoSides) {
  explore_bounded(2, {"ran"}, [] {
    q::thread_pool pool({.running = 2});
    q::auto_reset_event ran_inside, ran_outside;
    pool.post([&] { pool.post([&] { ran_inside.set(); }); });
    pool.post([&] { ran_outside.set(); });
    static_cast<void>(q::wait(ran_inside));
    static_cast<void>(q::wait(ran_outside));
    reach("ran");
  });
}

}  // namespace
