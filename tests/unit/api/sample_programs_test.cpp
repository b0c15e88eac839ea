// The public face as programs use it: names, shapes and defaults that must go on compiling.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/scratch_folder.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

static_assert(!std::is_copy_constructible_v<q::auto_reset_event> &&
              std::is_nothrow_move_constructible_v<q::auto_reset_event>);
static_assert(!std::is_copy_constructible_v<q::registered_wait> &&
              std::is_nothrow_move_assignable_v<q::registered_wait>);
static_assert(std::is_nothrow_convertible_v<const q::process&, q::handle_ref> &&
              sizeof(q::handle_ref) == sizeof(void*));
static_assert(noexcept(std::declval<q::manual_reset_event&>().set()) && noexcept(std::declval<q::timer&>().cancel()));
static_assert(
    noexcept(std::declval<q::registered_wait&>().stop()) && noexcept(std::declval<q::registered_wait&>().disarm()));
static_assert(noexcept(std::declval<q::registered_wait&>().arm(std::declval<q::timer&>(), q::never)));
static_assert(std::is_default_constructible_v<q::handle> && std::is_same_v<q::handles, std::span<const q::handle_ref>>);
static_assert(q::never.is_never() && q::wait_result::none == static_cast<std::size_t>(-1));
static_assert(q::stop_result{}.status == q::stop_status::stopped && q::stop_result{}.dropped == 0);

TEST(SamplePrograms, ACallbackTicksByArmingItselfAndThenTellsTheMainThread_C4) {
  q::thread_pool pool;
  q::auto_reset_event tick, done;
  int left = 3;
  q::registered_wait w{pool, [&](q::callback_scope& s) {
                         EXPECT_EQ(s.result().status, q::wait_status::timed_out);
                         if (--left > 0)
                           s.arm(tick, 5ms);
                         else
                           done.set();
                       }};
  w.arm(tick, 5ms);
  q::process child = q::process::spawn({"sleep", "1000"});
  auto r = q::wait_any_for({child, done}, 30s);
  EXPECT_EQ(r.index, 1u);
  w.stop();
  EXPECT_TRUE(r);
  EXPECT_EQ(left, 0);
  child.send_group(9);
  EXPECT_TRUE(q::wait_for(child, 30s));
}

TEST(SamplePrograms, ARepeatingWaitIsStoppedThroughAStopToken_C4_D8) {
  q::thread_pool pool;
  q::auto_reset_event ready;
  std::atomic<int> signals{0}, idle{0};
  auto w = pool.register_wait(
      ready, [&](q::callback_scope& s) { ++(s.result().status == q::wait_status::timed_out ? idle : signals); },
      q::repeat::until_stopped, 1ms, {.name = "reader", .overlap = false});
  std::stop_source source;
  const auto token = source.get_token();
  ready.set();
  source.request_stop();
  EXPECT_EQ(q::wait(w.stopped(), token).status, q::wait_status::stopped);
  EXPECT_EQ(w.stop_for(30s).status, q::stop_status::stopped);
  EXPECT_TRUE(q::try_wait(w.stopped()));
  EXPECT_EQ(signals.load(), 1);
}

TEST(SamplePrograms, EveryKindOfHandleCanStandInOneWait_A1) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  q::auto_reset_event automatic;
  q::manual_reset_event manual;
  q::semaphore semaphore(0);
  q::mutex mutex;
  std::atomic<bool> is_owned{false}, may_go{false};
  std::jthread owner([&] {
    const std::lock_guard hold(mutex);
    is_owned = true;
    EXPECT_TRUE(support::eventually([&] { return may_go.load(); }));
  });
  ASSERT_TRUE(support::eventually([&] { return is_owned.load(); }));
  q::timer timer(q::timer::reset::manual);
  q::process child = q::process::spawn({"sleep", "1000"}, {.directory = "/", .own_group = true});
  q::descriptor readable(ends[0], q::descriptor::readiness::readable);
  const support::scratch_folder scratch;
  q::file_watch change(scratch.path());
  q::os_signal signal(SIGUSR1);
  const q::handle_ref all[] = {automatic, manual, semaphore, timer, change, signal, child, readable, mutex};
  EXPECT_EQ(q::try_wait_any(all).status, q::wait_status::timed_out);
  EXPECT_EQ(q::wait_any_until(all, std::chrono::steady_clock::now() + 1ms).status, q::wait_status::timed_out);
  automatic.set();
  EXPECT_EQ(q::wait_any(all).index, 0u);
  manual.set();
  EXPECT_EQ(q::wait_any(all).index, 1u);
  manual.reset();
  EXPECT_EQ(semaphore.release(), 0u);
  EXPECT_EQ(q::wait_any(all).index, 2u);
  timer.set(std::chrono::system_clock::now() + 1ms, 1s);
  EXPECT_EQ(q::wait_any(all).index, 3u);
  timer.cancel();
  timer.set(q::never);
  std::filesystem::create_directory(scratch.path() / "new");
  EXPECT_EQ(q::wait_any_for(all, 30s).index, 4u);
  ::raise(SIGUSR1);
  EXPECT_EQ(q::wait_any_for(all, 30s).index, 5u);
  child.send(9);
  EXPECT_EQ(q::wait_any_for(all, 30s).index, 6u);
  EXPECT_EQ(child.status().signal, 9);
  const auto those_left = std::span(all).subspan(7);  // an ended process stays signalled
  char byte = 'x';
  EXPECT_EQ(::write(ends[1], &byte, 1), 1);
  EXPECT_EQ(q::wait_any(those_left, {}).index, 0u);
  EXPECT_EQ(::read(ends[0], &byte, 1), 1);
  may_go = true;
  EXPECT_EQ(q::wait_any_for(those_left, 30s).index, 1u);
  mutex.unlock();
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
