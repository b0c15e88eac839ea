#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_worker.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::held_worker;

TEST(InFlight, NothingIsWhileAWaitIsOnlyArmed_D8) {
  q::thread_pool pool({.running = 1});
  const q::auto_reset_event event;
  q::registered_wait wait(pool, [](q::callback_scope&) {});
  EXPECT_TRUE(wait.in_flight().empty());
  wait.arm(event, 1h);
  EXPECT_TRUE(wait.in_flight().empty());
  wait.stop();
  EXPECT_TRUE(wait.in_flight().empty());
}

TEST(InFlight, TellsNameAndThreadOfWhatRunsAndSinceWhen_D8) {
  q::thread_pool pool({.running = 2, .maximum = 2});
  q::auto_reset_event event;
  q::manual_reset_event begun, go_on;
  std::atomic<pid_t> thread{0};
  q::registered_wait wait(pool,
                          [&](q::callback_scope&) {
                            thread = ::gettid();
                            begun.set();
                            static_cast<void>(q::wait(go_on));
                          },
                          {.name = "refill"});
  q::registered_wait other(pool, [](q::callback_scope&) {});
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  EXPECT_EQ(wait.stop_for(0s).status, q::stop_status::timed_out);
  const std::vector<q::callback_info> running = wait.in_flight();
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running[0].name, "refill");
  EXPECT_EQ(running[0].thread, static_cast<std::uint64_t>(thread.load()));
  EXPECT_TRUE(eventually([&] { return wait.in_flight().at(0).running_for > 20ms; }));
  EXPECT_TRUE(other.in_flight().empty());
  go_on.set();
  EXPECT_TRUE(q::wait_for(wait.stopped(), 30s));
  EXPECT_TRUE(wait.in_flight().empty());
}

TEST(InFlight, IsEachOfTheCallbacksThatOverlapAndEachThatIsQueued_D8) {
  q::thread_pool pool({.running = 3, .maximum = 3});
  q::auto_reset_event event, begun;
  q::manual_reset_event go_on;
  q::registered_wait wait(pool,
                          [&](q::callback_scope&) {
                            begun.set();
                            static_cast<void>(q::wait(go_on));
                          },
                          {.name = "w", .overlap = true});
  for (int i = 0; i < 3; ++i) {
    wait.arm(event);
    event.set();
    ASSERT_TRUE(q::wait_for(begun, 30s));
  }
  for (int i = 0; i < 2; ++i) {
    wait.arm(event);
    event.set();
  }
  const std::vector<q::callback_info> all = wait.in_flight();
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(all[i].name, "w");
    EXPECT_EQ(all[i].thread != 0, i < 3) << "those that run come first";
    if (i >= 3) {
      EXPECT_EQ(all[i].running_for, 0ns);
    }
  }
  EXPECT_NE(all[0].thread, all[1].thread);
  go_on.set();
  wait.wait_for_callbacks();
  EXPECT_TRUE(wait.in_flight().empty());
}

}  // namespace
