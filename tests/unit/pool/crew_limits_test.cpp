// What a pool does when time has passed: it takes threads away, and reports that it is stuck. With limits of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "pool/pool_core.hpp"
#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/limited_pool.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::limited_pool;

// What was reported, by other threads.
class reports {
 public:
  void add(const std::string& text) {
    const std::lock_guard hold(lock_);
    texts_.push_back(text);
  }
  std::vector<std::string> all() const {
    const std::lock_guard hold(lock_);
    return texts_;
  }

 private:
  mutable std::mutex lock_;
  std::vector<std::string> texts_;
};

TEST(CrewLimits, ThreadsThatAreNotNeededAnyMoreAreTakenAway_C8_J3) {
  const std::size_t before = support::count_threads();
  q::pool_settings settings = support::limited_settings(1, 5);
  settings.idle_limit = 1ms;
  {
    limited_pool pool(settings);
    for (int round = 0; round < 3; ++round) {
      q::manual_reset_event go_on;
      for (int i = 0; i < 4; ++i) pool.post([&] { static_cast<void>(q::wait(go_on)); });
      EXPECT_TRUE(pool.comes_to(5)) << "four that block, and one that is ready";
      go_on.set();
      EXPECT_TRUE(pool.comes_to(1));
    }
    // One that has retired may still have to be joined.
    EXPECT_TRUE(eventually([&] { return support::count_threads() <= before + 1 + 1; }));
  }
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
}

TEST(CrewLimits, TheThreadThatStandsInForABlockedOneStaysHoweverLongItIsIdle_C8) {
  q::pool_settings settings = support::limited_settings(1, 2);
  settings.idle_limit = 100us;
  limited_pool pool(settings);
  for (int round = 0; round < 20; ++round) {
    q::manual_reset_event go_on, ran;
    pool.post([&] { static_cast<void>(q::wait(go_on)); });
    ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
    ASSERT_FALSE(q::wait_for(ran, 1ms)) << "meanwhile its limit passes";
    pool.post([&] { ran.set(); });
    ASSERT_TRUE(q::wait_for(ran, 30s)) << round;
    go_on.set();
    ASSERT_TRUE(pool.comes_to(1));
  }
}

// Drops the last handle of a pool when a thread of that pool ends, but not before another one is about to join this one.
struct last_owner {
  std::unique_ptr<limited_pool> pool;
  std::atomic<bool>* has_gone = nullptr;
  bool* was_joined = nullptr;

  ~last_owner() {
    if (pool == nullptr) return;
    *was_joined = eventually([&] { return pool->counts().threads == 1; });
    pool.reset();
    *has_gone = true;
  }
};

// The threads that are not needed any more retire one after the other, and each joins the one before it.
TEST(CrewLimits, ThePoolMayGoWithAVariableOfARetiredThreadThatAnotherOneJoins_C8_J1) {
  q::manual_reset_event first, second;
  std::atomic<bool> has_gone{false};
  bool was_joined = false;
  q::pool_settings settings = support::limited_settings(1, 3);
  settings.idle_limit = 1ms;
  auto made = std::make_unique<limited_pool>(settings);
  limited_pool& pool = *made;
  pool.post([&] {
    static thread_local last_owner at_the_end;
    at_the_end.has_gone = &has_gone;
    at_the_end.was_joined = &was_joined;
    at_the_end.pool = std::move(made);
    static_cast<void>(q::wait(first));
  });
  pool.post([&] { static_cast<void>(q::wait(second)); });
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 2; }));
  // The third is busy meanwhile, so that these two are the ones who retire.
  pool.post([&] { EXPECT_TRUE(pool.comes_to(1)); });
  ASSERT_TRUE(eventually([&] { return pool.counts().running == 1; }));
  first.set();
  ASSERT_TRUE(pool.comes_to(2));
  second.set();
  ASSERT_TRUE(eventually([&] { return has_gone.load(); }));
  EXPECT_TRUE(was_joined);
}

// Another pool gets stuck, now. Limits are served in the order in which they pass: when it has said so, the first one has
// said what it had to say.
bool another_says_it(q::pool_settings settings) {
  std::atomic<bool> has_said{false};
  settings.report = [&](const std::string&) { has_said = true; };
  q::manual_reset_event go_on;
  limited_pool pool(std::move(settings));
  for (int i = 0; i < 3; ++i) pool.post([&] { static_cast<void>(q::wait(go_on)); });
  const bool said = eventually([&] { return has_said.load(); });
  go_on.set();
  return said;
}

TEST(CrewLimits, APoolWhoseThreadsAllBlockWithWorkQueuedReportsItOnceUntilOneComesBack_C8) {
  reports said;
  q::pool_settings settings = support::limited_settings(1, 2);
  settings.name = "busy";
  settings.stuck_limit = 1ms;
  settings.report = [&](const std::string& text) { said.add(text); };
  q::auto_reset_event go_on;
  limited_pool pool(settings);
  for (int i = 0; i < 2; ++i) pool.post([&] { static_cast<void>(q::wait(go_on)); });
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 2; }));
  EXPECT_EQ(said.all().size(), 0u) << "nothing is queued";
  for (int i = 0; i < 5; ++i) pool.post([&] { static_cast<void>(q::wait(go_on)); });
  ASSERT_TRUE(eventually([&] { return !said.all().empty(); }));
  const std::string text = said.all().front();
  for (const char* const part : {"\"busy\" is stuck", "(2, of at most 2)", "queued"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  pool.post([] {});
  ASSERT_TRUE(another_says_it(settings));
  EXPECT_EQ(said.all().size(), 1u);
  go_on.set();
  EXPECT_TRUE(eventually([&] { return said.all().size() == 2; })) << "one came back, and the next one blocks";
  EXPECT_TRUE(eventually([&] {
    go_on.set();
    const q::pool_counts now = pool.counts();
    return now.waiting == 0 && now.queued == 0 && now.running == 0;
  }));
}

TEST(CrewLimits, APoolWhoseThreadsLeaveWhileItReportsHasStoppedWhenThatIsDone_C8_D1) {
  q::manual_reset_event reporting, go_on;
  std::atomic<bool> has_reported{false};
  std::atomic<std::size_t> threads_left{1};
  q::pool_settings settings = support::limited_settings(1, 1);
  settings.stuck_limit = 1ms;
  q::pool_core* core = nullptr;
  settings.report = [&](const std::string&) {
    reporting.set();
    // Its threads leave while this goes on.
    if (eventually([&] { return core->counts().threads == 0; })) threads_left = core->counts().threads;
    has_reported = true;
  };
  limited_pool pool(settings);
  core = &pool.core();
  pool.post([&] { static_cast<void>(q::wait(go_on)); });
  pool.post([] {});
  ASSERT_TRUE(q::wait_for(reporting, 30s));
  go_on.set();
  EXPECT_EQ(core->stop_until(q::deadline(60s)), q::stop_status::stopped);
  EXPECT_TRUE(has_reported.load());
  EXPECT_EQ(threads_left.load(), 0u);
}

TEST(CrewLimits, APersistentThreadThatComesBackMakesTheWorkersNoLessStuck_C2_C8) {
  reports said;
  q::pool_settings settings = support::limited_settings(1, 1);
  settings.stuck_limit = 1ms;
  settings.report = [&](const std::string& text) { said.add(text); };
  q::manual_reset_event go_on, persistent_goes_on, persistent_ended;
  limited_pool pool(settings);
  pool.core().start_persistent();
  for (int i = 0; i < 2; ++i) pool.post([&] { static_cast<void>(q::wait(go_on)); });
  ASSERT_TRUE(eventually([&] { return said.all().size() == 1; }));
  pool.post(
      [&] {
        static_cast<void>(q::wait(persistent_goes_on));
        persistent_ended.set();
      },
      q::run_on::persistent_thread);
  ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 2; }));
  persistent_goes_on.set();
  ASSERT_TRUE(q::wait_for(persistent_ended, 30s));
  pool.post([] {});
  ASSERT_TRUE(another_says_it(settings));
  EXPECT_EQ(said.all().size(), 1u);
  go_on.set();
}

TEST(CrewLimits, APoolThatIsStuckForAMomentReportsNothing_C8) {
  reports said;
  q::pool_settings settings = support::limited_settings(1, 1);
  settings.stuck_limit = 1h;
  settings.report = [&](const std::string& text) { said.add(text); };
  {
    limited_pool pool(settings);
    for (int round = 0; round < 100; ++round) {
      q::auto_reset_event go_on;
      pool.post([&] { static_cast<void>(q::wait(go_on)); });
      pool.post([] {});
      ASSERT_TRUE(eventually([&] { return pool.counts().waiting == 1; }));
      go_on.set();
      ASSERT_TRUE(eventually([&] { return pool.counts().queued == 0 && pool.counts().running == 0; }));
    }
  }
  EXPECT_TRUE(said.all().empty()) << "and the end of the pool does not wait for the limit";
}

}  // namespace
