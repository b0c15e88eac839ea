// Registered waits for the kinds that the system signals: timers, processes, files, signals. Descriptors have tests of their
// own.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"
#include "support/scratch_folder.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

// An object of each kind, and how the system is brought to signal it.
class WaitForSystemKinds : public testing::Test {
 protected:
  struct kind {
    const char* name;
    std::unique_ptr<q::handle> object;
    std::function<void()> signal;
  };

  kind timer() const {
    auto made = std::make_unique<q::timer>();
    q::timer* const object = made.get();
    return {"timer", std::move(made), [object] { object->set(1us); }};
  }
  kind file() {
    return {"file", std::make_unique<q::file_watch>(directory_),
            [this] { std::ofstream(directory_ / std::to_string(++files_)) << 'x'; }};
  }
  static kind signal() {
    return {"signal", std::make_unique<q::os_signal>(SIGUSR1), [] { ::raise(SIGUSR1); }};
  }
  static kind process() {
    auto made = std::make_unique<q::process>(q::process::spawn({"sleep", "1000"}));
    q::process* const object = made.get();
    return {"process", std::move(made), [object] { object->send(SIGKILL); }};
  }
  // Those that a wait takes, so that each of their signals is one more.
  std::vector<kind> those_that_repeat() {
    std::vector<kind> made;
    made.push_back(timer());
    made.push_back(file());
    made.push_back(signal());
    return made;
  }
  std::vector<kind> all() {
    std::vector<kind> made = those_that_repeat();
    made.push_back(process());
    return made;
  }

  support::scratch_folder scratch_;
  std::filesystem::path directory_ = scratch_.path();
  int files_ = 0;
};

TEST_F(WaitForSystemKinds, ASignalMakesOneCallbackOfAWaitForOnce_A1_C4) {
  q::thread_pool pool({.running = 1});
  for (const kind& each : all()) {
    SCOPED_TRACE(each.name);
    std::atomic<int> calls{0}, signalled{0};
    auto wait = pool.register_wait(
        *each.object,
        [&](q::callback_scope& scope) {
          if (scope.result().status == q::wait_status::signalled) ++signalled;
          ++calls;
        },
        q::repeat::once);
    EXPECT_EQ(calls, 0);
    each.signal();
    ASSERT_TRUE(eventually([&] { return calls == 1; }));
    each.signal();
    EXPECT_TRUE(q::wait_for(*each.object, 30s)) << "the wait takes no second signal";
    wait.stop();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(signalled, 1);
  }
}

TEST_F(WaitForSystemKinds, EachSignalMakesACallbackOfAWaitThatRepeats_A1_C4) {
  q::thread_pool pool({.running = 1});
  for (const kind& each : those_that_repeat()) {
    SCOPED_TRACE(each.name);
    std::atomic<int> calls{0};
    auto wait = pool.register_wait(*each.object, [&](q::callback_scope&) { ++calls; });
    for (int turn = 1; turn <= 5; ++turn) {
      const int before = calls;
      each.signal();
      ASSERT_TRUE(eventually([&] { return calls > before; })) << turn;
    }
    wait.stop();
    // A change of a file may come in parts, each of which signals.
    EXPECT_TRUE(calls == 5 || std::string(each.name) == "file") << calls;
  }
}

// The process stays signalled, so a wait that repeats is stopped by its callback.
TEST_F(WaitForSystemKinds, AnEndedProcessMakesCallbacksUntilOneStopsTheWait_A1_C4) {
  q::thread_pool pool({.running = 1});
  const kind child = process();
  std::atomic<int> calls{0};
  q::registered_wait wait = pool.register_wait(*child.object, [&](q::callback_scope&) {
    // The next one is due already, and is taken back.
    if (++calls == 3) static_cast<void>(wait.stop());
  });
  child.signal();
  EXPECT_TRUE(q::wait_for(wait.stopped(), 30s));
  EXPECT_EQ(calls, 3);
}

TEST_F(WaitForSystemKinds, ALimitIsToldAndTakesNothing_B5_C4) {
  q::thread_pool pool({.running = 1});
  for (const kind& each : all()) {
    SCOPED_TRACE(each.name);
    std::atomic<int> limits{0}, signals{0};
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      ++(scope.result().status == q::wait_status::timed_out ? limits : signals);
    });
    wait.arm(*each.object, 1ms);
    ASSERT_TRUE(eventually([&] { return limits == 1; }));
    each.signal();
    EXPECT_TRUE(q::wait_for(*each.object, 30s));
    wait.stop();
    EXPECT_EQ(limits, 1);
    EXPECT_EQ(signals, 0);
  }
}

TEST_F(WaitForSystemKinds, CallbacksRunOnThePersistentThreadWhereThatIsAskedFor_A1_C2_C4) {
  q::thread_pool pool({.name = "kinds", .running = 2});
  std::thread::id persistent;
  pool.post([&] { persistent = std::this_thread::get_id(); }, q::run_on::persistent_thread);
  std::vector<std::thread::id> on;
  std::vector<kind> kinds = all();
  q::auto_reset_event called;
  for (const kind& each : kinds) {
    SCOPED_TRACE(each.name);
    auto wait = pool.register_wait(*each.object,
                                   [&](q::callback_scope&) {
                                     on.push_back(std::this_thread::get_id());
                                     called.set();
                                   },
                                   q::repeat::once, q::time_limit::none(), {.where = q::run_on::persistent_thread});
    each.signal();
    ASSERT_TRUE(q::wait_for(called, 30s));
    wait.stop();
  }
  EXPECT_EQ(on, std::vector<std::thread::id>(kinds.size(), persistent));
}

// However many there are, one thread watches them all.
TEST_F(WaitForSystemKinds, AllTogetherShareOneThread_C3) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  const auto reactors = [] { return support::threads_named("quiesce-reactor").size(); };
  ASSERT_TRUE(eventually([&] { return reactors() == 0; }));
  const std::size_t before = support::count_threads();
  {
    std::vector<kind> kinds;
    for (int i = 0; i < 5; ++i) {
      for (kind& each : all()) kinds.push_back(std::move(each));
      kinds.push_back(
          {"descriptor", std::make_unique<q::descriptor>(ends[0], q::descriptor::readiness::readable), [] {}});
    }
    EXPECT_EQ(support::count_threads(), before + 1);
    EXPECT_TRUE(eventually([&] { return reactors() == 1; })) << "its name comes a little later";
    for (const kind& each : kinds) each.signal();
    for (const kind& each : kinds) {
      EXPECT_TRUE(q::wait_for(*each.object, 30s)) << each.name;
    }
    EXPECT_EQ(support::count_threads(), before + 1);
  }
  EXPECT_TRUE(eventually([&] { return support::count_threads() == before; }));
  for (const int end : ends) ::close(end);
}

TEST_F(WaitForSystemKinds, RegisteredWaitsForAllOfThemAddNoThread_C3) {
  q::thread_pool pool({.running = 1});
  std::atomic<int> calls{0};
  std::vector<kind> kinds = all();
  const std::size_t before = support::count_threads();
  std::vector<q::registered_wait> waits;
  for (int i = 0; i < 20; ++i) {
    for (const kind& each : kinds) {
      waits.push_back(pool.register_wait(
          *each.object, [&](q::callback_scope&) { ++calls; }, q::repeat::once, q::time_limit(1h)));
    }
  }
  EXPECT_EQ(support::count_threads(), before);
  kinds.back().signal();
  EXPECT_TRUE(eventually([&] { return calls == 20; })) << "the process, which all of its waits are told of";
}

}  // namespace
