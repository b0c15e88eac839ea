// What becomes of exceptions that leave callbacks.
#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "pool/exception_policy.hpp"
#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  }
}

// bshoshany/thread-pool#14 wishes for something like this.
TEST(Exceptions, AreGivenToTheHandlerOnTheWorkerThatGoesOn_C11) {
  std::vector<std::string> handled;
  std::thread::id handled_on, thrown_on;
  {
    q::thread_pool pool(
        {.running = 1, .exceptions = q::on_exception::handler, .handler = [&](std::exception_ptr thrown) {
           handled.push_back(text_of(thrown));
           handled_on = std::this_thread::get_id();
         }});
    pool.post([] { throw std::runtime_error("first"); });
    pool.post([&] {
      thrown_on = std::this_thread::get_id();
      throw std::runtime_error("second");
    });
  }
  EXPECT_EQ(handled, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(handled_on, thrown_on);
}

TEST(Exceptions, OfARegisteredWaitAreGivenToTheHandlerAndTheWaitGoesOn_C11) {
  std::vector<std::string> handled;
  q::auto_reset_event event, was_handled;
  q::thread_pool pool({.running = 1, .exceptions = q::on_exception::handler, .handler = [&](std::exception_ptr thrown) {
                         handled.push_back(text_of(thrown));
                         was_handled.set();
                       }});
  int calls = 0;
  auto wait = pool.register_wait(event, [&](q::callback_scope&) { throw std::runtime_error(std::to_string(++calls)); });
  for (int i = 0; i < 3; ++i) {
    event.set();
    ASSERT_TRUE(q::wait_for(was_handled, 30s));
  }
  EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
  EXPECT_EQ(handled, (std::vector<std::string>{"1", "2", "3"}));
}

TEST(Exceptions, ToBeKeptForNobodyAreGivenToTheHandlerToo_C11) {
  std::string handled;
  q::thread_pool pool({.running = 1, .exceptions = q::on_exception::keep, .handler = [&](std::exception_ptr thrown) {
                         handled = text_of(thrown);
                       }});
  pool.post([] { throw std::runtime_error("out of a post"); });
  pool.stop();
  EXPECT_EQ(handled, "out of a post");
}

TEST(Exceptions, AreKeptForWhoWaitsForTheWork_C11) {
  std::exception_ptr kept;
  const q::exception_policy policy(q::on_exception::keep, {});
  EXPECT_TRUE(policy.run([] {}, &kept));
  EXPECT_EQ(kept, nullptr);
  EXPECT_FALSE(policy.run([] { throw std::runtime_error("kept"); }, &kept));
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(text_of(kept), "kept");
}

TEST(Exceptions, AreKeptOnlyWhereThatIsThePolicy_C11) {
  std::exception_ptr kept;
  int handled = 0;
  const q::exception_policy policy(q::on_exception::handler, [&](const std::exception_ptr&) { ++handled; });
  EXPECT_FALSE(policy.run([] { throw std::runtime_error("handled"); }, &kept));
  EXPECT_EQ(kept, nullptr);
  EXPECT_EQ(handled, 1);
}

class ExceptionsDeathTest : public testing::Test {
 protected:
  ExceptionsDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Says whether something on the way of the exception was destroyed before std::terminate was called.
constexpr int intact = 7;
constexpr int unwound = 8;
int seen_at_the_end = intact;

struct on_the_way {
  ~on_the_way() { seen_at_the_end = unwound; }
};

void throw_below_something() {
  const on_the_way object;
  throw std::runtime_error("nobody catches it");
}

void terminate_and_tell() {
  std::set_terminate([] { std::_Exit(seen_at_the_end); });
}

// folly#1525: the pool caught and logged what was to end the process at the place of the throw.
TEST_F(ExceptionsDeathTest, ByDefaultTerminateAtThePlaceOfTheThrow_C11) {
  const auto leave_a_post = [](q::pool_options options) {
    terminate_and_tell();
    q::thread_pool pool(std::move(options));
    pool.post(throw_below_something);
    pool.stop();
  };
  EXPECT_EXIT(leave_a_post({.running = 1}), testing::ExitedWithCode(intact), "");
  EXPECT_EXIT(leave_a_post({.running = 1, .exceptions = q::on_exception::keep}), testing::ExitedWithCode(intact), "");
}

TEST_F(ExceptionsDeathTest, OfARegisteredWaitTerminateAtThePlaceOfTheThrow_C11) {
  const auto leave_a_wait = [] {
    terminate_and_tell();
    q::thread_pool pool({.running = 1});
    const q::auto_reset_event event(true);
    q::registered_wait wait(pool, [](q::callback_scope&) { throw_below_something(); });
    wait.arm(event);
    wait.stop();
  };
  EXPECT_EXIT(leave_a_wait(), testing::ExitedWithCode(intact), "");
}

TEST_F(ExceptionsDeathTest, OfAHandlerTerminate_C11) {
  const auto leave_a_handler = [] {
    q::thread_pool pool({.running = 1,
                         .exceptions = q::on_exception::handler,
                         .handler = [](const std::exception_ptr&) { throw std::runtime_error("out of the handler"); }});
    pool.post(throw_below_something);
    pool.stop();
  };
  EXPECT_DEATH(leave_a_handler(), "out of the handler");
}

// taskflow/taskflow#479, #730: an exception that met a stop left things behind, or hung.
TEST(Exceptions, OfACallbackThatIsBeingStoppedLeaveNothingBehind_C11_D1) {
  for (const q::run_on where : {q::run_on::worker, q::run_on::persistent_thread, q::run_on::signalling_thread}) {
    std::atomic<int> handled{0};
    q::thread_pool pool({.running = 1,
                         .exceptions = q::on_exception::handler,
                         .handler = [&](const std::exception_ptr&) { ++handled; }});
    q::auto_reset_event event, returned;
    std::atomic<bool> begun{false}, go_on{false};
    const auto captured = std::make_shared<int>();
    q::registered_wait wait(pool,
                            [&, captured](q::callback_scope& s) {
                              s.set_on_return(returned);
                              begun = true;
                              EXPECT_TRUE(support::eventually([&] { return go_on.load(); }));
                              throw std::runtime_error("while it is stopped");
                            },
                            {.where = where});
    wait.arm(event);
    std::jthread signaller([&] { event.set(); });
    ASSERT_TRUE(support::eventually([&] { return begun.load(); }));
    std::jthread releaser([&] {
      EXPECT_TRUE(support::eventually([&] { return support::waiters_of::any(wait.stopped()); }));
      go_on = true;
    });
    EXPECT_EQ(wait.stop().status, q::stop_status::stopped);
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(captured.use_count(), 1);
    EXPECT_TRUE(q::try_wait(returned)) << "what was asked for at the return is done";
    signaller.join();
    EXPECT_TRUE(pool.drain(30s).empty());
  }
}

TEST(Exceptions, AbandonTheMutexThatTheCallbackOwned_C11_A6) {
  q::thread_pool pool(
      {.running = 1, .exceptions = q::on_exception::handler, .handler = [](const std::exception_ptr&) {}});
  q::mutex mutex;
  q::registered_wait wait(pool, [](q::callback_scope&) { throw std::runtime_error("before it was unlocked"); });
  wait.arm(mutex);
  wait.wait_for_callbacks();
  EXPECT_EQ(q::wait_for(mutex, 30s).status, q::wait_status::abandoned);
  mutex.unlock();
}

}  // namespace
