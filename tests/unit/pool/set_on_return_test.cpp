#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

TEST(SetOnReturn, TheEventIsSetWhenTheCallbackHasReturnedAndNotBefore_C9) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, begun;
  q::manual_reset_event returned, go_on;
  int data = 0;
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    s.set_on_return(returned);
    begun.set();
    EXPECT_TRUE(q::wait_for(go_on, 30s));
    data = 1;
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  EXPECT_FALSE(q::try_wait(returned));
  go_on.set();
  EXPECT_TRUE(q::wait_for(returned, 30s));
  EXPECT_EQ(data, 1);
}

TEST(SetOnReturn, TheEventIsSetBeforeAWaitForCallbacksOrAStopReturns_C9_D1) {
  q::thread_pool pool({.running = 1});
  for (int round = 0; round < 500; ++round) {
    q::auto_reset_event event, returned;
    q::registered_wait wait(pool, [&](q::callback_scope& s) { s.set_on_return(returned); });
    wait.arm(event);
    event.set();
    if (round % 2 == 0) {
      wait.wait_for_callbacks();
    } else {
      wait.stop();
    }
    ASSERT_TRUE(q::try_wait(returned)) << round;
  }
}

TEST(SetOnReturn, TheEventIsKeptThoughItsHandleIsClosedMeanwhile_C9_A4) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event;
  q::auto_reset_event seen;
  q::registered_wait observer(pool, [&](q::callback_scope&) { seen.set(); });
  q::pool_work work(pool, [&](q::callback_scope& s) {
    q::auto_reset_event own;
    observer.arm(own);
    s.set_on_return(own);
  });
  work.submit();
  EXPECT_TRUE(q::wait_for(seen, 30s));
}

TEST(SetOnReturn, FourMayBeSetAndOneTwice_C9) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event a, b, c;
  std::atomic<int> calls{0};
  q::registered_wait counter = pool.register_wait(a, [&](q::callback_scope&) { ++calls; });
  q::pool_work work(pool, [&](q::callback_scope& s) {
    s.set_on_return(b);
    s.set_on_return(a);
    s.set_on_return(c);
    s.set_on_return(c);
  });
  work.submit();
  work.wait_for_callbacks();
  EXPECT_TRUE(q::try_wait(b));
  EXPECT_TRUE(q::try_wait(c));
  EXPECT_FALSE(q::try_wait(c)) << "the second signal merged with the first";
  counter.stop();
  EXPECT_EQ(calls, 1);
}

TEST(SetOnReturn, ASemaphoreIsReleasedByOneAndAMutexGivenBackWhenTheCallbackHasReturned_C9) {
  q::thread_pool pool({.running = 1});
  q::auto_reset_event event, begun;
  q::manual_reset_event go_on;
  q::semaphore semaphore(0);
  q::mutex mutex;
  q::registered_wait wait(pool, [&](q::callback_scope& s) {
    mutex.lock();
    s.set_on_return(semaphore);
    s.set_on_return(mutex);
    begun.set();
    EXPECT_TRUE(q::wait_for(go_on, 30s));
  });
  wait.arm(event);
  event.set();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  EXPECT_FALSE(q::try_wait(semaphore));
  EXPECT_FALSE(mutex.try_lock());
  go_on.set();
  wait.wait_for_callbacks();
  EXPECT_TRUE(q::try_wait(semaphore));
  EXPECT_FALSE(q::try_wait(semaphore)) << "by one";
  EXPECT_EQ(q::try_wait(mutex).status, q::wait_status::signalled) << "given back, not abandoned";
  mutex.unlock();
}

TEST(SetOnReturn, ASemaphoreIsReleasedOnceForEachTimeThatItIsGiven_C9) {
  q::thread_pool pool({.running = 1});
  q::semaphore semaphore(0);
  q::pool_work work(pool, [&](q::callback_scope& s) {
    for (int i = 0; i < 3; ++i) s.set_on_return(semaphore);
    EXPECT_EQ(semaphore.release(0), 0u) << "not before the return";
  });
  work.submit();
  work.wait_for_callbacks();
  EXPECT_EQ(semaphore.release(0), 3u);
}

}  // namespace
