#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "pool/registration.hpp"
#include "quiesce/quiesce.hpp"
#include "stress/signallers.hpp"
#include "support/eventually.hpp"
#include "support/limited_pool.hpp"
#include "support/rounds.hpp"

namespace {

namespace q = quiesce;

// What callbacks use and the stopper frees right after the stop: plain memory, so that the sanitizers see a late touch.
struct used_by_callbacks {
  std::uint64_t calls = 0;
  bool freed = false;
};

TEST(StopStress, NoCallbackRunsAfterAStopAgainstReArmingCallbacksAndTwoSignallers_D1_D2) {
  std::uint64_t met_running = 0;
  std::uint64_t met_queued = 0;
  std::uint64_t met_refusals = 0;
  std::atomic<std::uint64_t> late{0};
  const support::limited_pool pool(support::limited_settings(2, 2));
  q::auto_reset_event a, b;
  const stress::signallers set(a, b);

  const auto has_met_enough = [&] { return met_running >= 1000 && met_queued >= 1000 && met_refusals >= 1000; };
  for (support::rounds_until_met rounds(100'000); rounds.go_on(has_met_enough());) {
    const int round = rounds.number();
    auto used = std::make_unique<used_by_callbacks>();
    std::atomic<std::uint64_t> begun{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<bool> stopping{false};
    std::atomic<bool> stopped{false};
    const auto wished = static_cast<std::uint64_t>(round % 4);
    const int hold = round % 3;  // 0: callbacks run freely; else the wished one stays until the stop is about to begin
    auto& wait = q::registration::create(
        pool.core(),
        [&, use = used.get()](q::callback_scope& s) {
          if (stopped.load(std::memory_order_relaxed) || use->freed) ++late;
          ++use->calls;
          ++begun;
          const auto& next = use->calls % 2 == 0 ? a : b;
          if (s.arm(next) == q::arm_status::refused) ++refused;
          for (int turn = 0; hold != 0 && use->calls == wished && !stopping.load() && turn < 1000; ++turn) {
            std::this_thread::yield();
          }
          for (int turn = round % 5; stopping.load() && turn > 0; --turn) std::this_thread::yield();
          if (s.arm(next) == q::arm_status::refused) ++refused;
          if (use->calls % 3 == 0 && s.arm(next, std::chrono::microseconds(50)) == q::arm_status::refused) ++refused;
          if (stopped.load(std::memory_order_relaxed)) ++late;
        },
        {}, {}, q::time_limit::none());
    ASSERT_EQ(wait.arm(*q::handle_ref(a).object(), q::never, std::source_location::current()), q::arm_status::armed);
    ASSERT_TRUE(support::eventually([&] { return begun.load() >= wished; }));

    stopping = true;
    const q::registration::stop_report report = wait.stop_until(q::never);
    stopped = true;
    EXPECT_EQ(report.result.status, q::stop_status::stopped);
    EXPECT_EQ(report.result.dropped, 0u);
    used->freed = true;
    used.reset();
    EXPECT_EQ(wait.arm(*q::handle_ref(a).object(), q::never, std::source_location::current()), q::arm_status::refused);
    wait.release();

    met_running += report.running != 0 ? 1 : 0;
    met_queued += report.pending != 0 ? 1 : 0;
    met_refusals += refused.load() != 0 ? 1 : 0;
    ASSERT_EQ(late.load(), 0u) << "round " << round;
  }
  RecordProperty("met_running", std::to_string(met_running));
  RecordProperty("met_queued", std::to_string(met_queued));
  RecordProperty("met_refused_arming", std::to_string(met_refusals));
  std::printf("stops that met a running callback %lu, a queued one %lu, a refused re-arming %lu\n", met_running,
              met_queued, met_refusals);
  EXPECT_GE(met_running, 1000u);
  EXPECT_GE(met_queued, 1000u);
  EXPECT_GE(met_refusals, 1000u);
}

}  // namespace
