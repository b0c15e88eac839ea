// The library in the last moments of a thread and of the process.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

/// Makes use of waits of all sorts, blocking ones among them, and of a pool. Returns how much of it worked.
int use_everything() {
  int worked = 0;
  q::auto_reset_event ping, pong;
  std::thread other([&] {
    for (int turn = 0; turn < 3; ++turn) {
      if (q::wait_for(ping, 30s)) pong.set();
    }
  });
  worked += q::signal_and_wait_for(ping, pong, 30s) ? 1 : 0;
  std::vector<q::auto_reset_event> silent(100);  // more than a wait keeps on its stack
  std::vector<q::handle_ref> many(silent.begin(), silent.end());
  many.push_back(pong);
  ping.set();
  worked += q::wait_any_for(many, 30s).index == 100 ? 1 : 0;
  q::mutex mutex;
  ping.set();
  worked += q::wait_all_for({pong, mutex}, 30s) ? 1 : 0;
  mutex.unlock();
  other.join();

  q::thread_pool pool({.running = 1});
  int inline_calls = 0;
  q::registered_wait wait(pool, [&](q::callback_scope&) { ++inline_calls; }, {.where = q::run_on::signalling_thread});
  wait.arm(ping);
  ping.set();
  wait.arm(ping, 1ms);
  wait.stop();
  worked += inline_calls == 1 ? 1 : 0;
  int ran = 0;
  q::pool_work work(pool, [&] { ++ran; });
  work.submit();
  work.wait_for_callbacks();
  worked += ran == 1 && pool.stop().status == q::stop_status::stopped ? 1 : 0;
  return worked;
}
constexpr int all_of_it = 5;

struct at_end {
  std::atomic<int>* worked = nullptr;
  ~at_end() {
    if (worked != nullptr) *worked = use_everything();
  }
};

// facebook/folly#1252, #1969, google/nsync#12: what the library kept for the thread had gone before its last wait.
TEST(ThreadEnd, TheDestructorsOfThreadLocalVariablesMayUseEverything_A7_B1) {
  for (const bool first_use_is_late : {false, true}) {
    std::atomic<int> worked{0};
    std::thread([&] {
      static thread_local at_end end;  // before the library's: destroyed after it
      end.worked = &worked;
      if (!first_use_is_late) static_cast<void>(use_everything());
    }).join();
    EXPECT_EQ(worked, all_of_it);
  }
}

TEST(ThreadEnd, TheDestructorsOfKeysMayUseEverything_A7_B1) {
  for (const bool first_use_is_late : {false, true}) {
    std::atomic<int> worked{0};
    pthread_key_t key;
    ASSERT_EQ(
        ::pthread_key_create(&key, [](void* given) { *static_cast<std::atomic<int>*>(given) = use_everything(); }), 0);
    std::thread([&] {
      ASSERT_EQ(::pthread_setspecific(key, &worked), 0);
      if (!first_use_is_late) static_cast<void>(use_everything());
    }).join();
    EXPECT_EQ(worked, all_of_it);
    ::pthread_key_delete(key);
  }
}

TEST(ThreadEnd, WhatRunsAfterMainMayUseEverything_A7_J1) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto end_late = [](bool first_use_is_late) {
    std::atexit([] {
      if (use_everything() != all_of_it) std::_Exit(1);
    });
    static std::unique_ptr<q::thread_pool> pool;
    if (!first_use_is_late) pool = std::make_unique<q::thread_pool>();
    std::exit(0);
  };
  EXPECT_EXIT(end_late(false), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(end_late(true), testing::ExitedWithCode(0), "");
}

}  // namespace
