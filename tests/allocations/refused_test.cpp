// Whatever allocation is refused while something is made: std::bad_alloc comes out of it, nothing is left behind, and what is
// there goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "allocations/counted.hpp"
#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;

const std::string long_name = "a name that is too long to be kept in the string itself";

struct balance {
  std::int64_t memory = counted::alive();
  std::size_t descriptors = support::count_descriptors();
  std::size_t threads = support::count_threads();
  bool is_within(const balance& other) const {
    return memory <= other.memory && descriptors <= other.descriptors && threads <= other.threads;
  }
};

// What the process makes at first use, and keeps, is there after these.
constexpr int makings_before = 3;

// Makes it a few times, then again and again with the first allocation refused, the second, and so on, until it gets by with those
// before. Returns how many were refused.
template <class Make>
std::uint64_t refuse_each_allocation(Make make) {
  for (int i = 0; i < makings_before; ++i) make();
  for (std::uint64_t nth = 1;; ++nth) {
    const balance before;
    bool refused;
    {
      const counted::failing failing(nth);
      try {
        make();
        EXPECT_FALSE(failing.has_failed()) << "the refusal of allocation " << nth << " was not told";
      } catch (const std::bad_alloc&) {
        EXPECT_TRUE(failing.has_failed());
      }
      refused = failing.has_failed();
    }
    // What ends by itself, such as the reactor's thread, may take its time, also that of the making before.
    EXPECT_TRUE(eventually([&] { return balance().is_within(before); }))
        << "allocation " << nth << (refused ? " was refused" : " was not asked for") << "; memory "
        << balance().memory - before.memory << ", descriptors " << balance().descriptors - before.descriptors
        << ", threads " << balance().threads - before.threads;
    if (!refused) return nth - 1;
  }
}

TEST(RefusedAllocation, LeavesNothingOfAnObject_J4) {
  EXPECT_GE(refuse_each_allocation([] { q::auto_reset_event made; }), 1u);
  EXPECT_GE(refuse_each_allocation([] { q::manual_reset_event made; }), 1u);
  EXPECT_GE(refuse_each_allocation([] { q::semaphore made(1); }), 1u);
  EXPECT_GE(refuse_each_allocation([] { q::mutex made; }), 1u);
  EXPECT_GE(refuse_each_allocation([] { q::timer made; }), 1u);
  EXPECT_GE(refuse_each_allocation([] { q::stop_group made; }), 1u);
}

TEST(RefusedAllocation, LeavesTheNameOfAnObjectAsItWas_J4) {
  q::auto_reset_event event;
  event.set_name(long_name);
  EXPECT_GE(refuse_each_allocation([&] { event.set_name(long_name); }), 1u);
  q::mutex mutex;
  mutex.set_name(long_name);
  {
    const counted::failing failing(1);
    EXPECT_THROW(mutex.set_name("another name that is as long as the first one was"), std::bad_alloc);
  }
  try {
    mutex.unlock();
    FAIL() << "nobody owns it";
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find(long_name), std::string::npos) << error.what();
  }
}

TEST(RefusedAllocation, LeavesNothingOfADescriptor_J4) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  EXPECT_GE(refuse_each_allocation([&] { q::descriptor made(ends[0], q::descriptor::readiness::readable); }), 1u);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(RefusedAllocation, LeavesNothingOfAFileWatch_J4) {
  EXPECT_GE(refuse_each_allocation([] { q::file_watch made("/tmp"); }), 1u);
}

TEST(RefusedAllocation, LeavesNothingOfASignal_J4) {
  EXPECT_GE(refuse_each_allocation([] { q::os_signal made(SIGUSR2); }), 1u);
}

// The C library leaves part of what it hands out as it stood on the stack.
[[gnu::noinline]] void fill_the_stack(int with) {
  std::array<volatile unsigned char, 4096> below;
  for (auto& each : below) each = static_cast<unsigned char>(with);
}

TEST(RefusedAllocation, ASignalThatIsCaughtAgainAndAgainLeavesNothing) {
  const q::timer keeps_the_reactor;
  for (int i = 0; i < makings_before; ++i) q::os_signal made(SIGUSR2);
  const std::int64_t before = counted::alive();
  for (int i = 0; i < 100; ++i) {
    fill_the_stack(i);
    q::os_signal made(SIGUSR2);
  }
  EXPECT_EQ(counted::alive(), before);
}

TEST(RefusedAllocation, LeavesNoProcessThatNobodyKnows_J4) {
  std::uint64_t ended = 0;
  const std::uint64_t refused = refuse_each_allocation([&] {
    q::process made = q::process::spawn({"true"});
    if (q::wait(made)) ++ended;
  });
  EXPECT_GE(refused, 1u);
  EXPECT_EQ(ended, makings_before + 1u) << "those that nothing was refused to";
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST(RefusedAllocation, LeavesAProcessThatWasToBeAdoptedToItsParent_J4) {
  EXPECT_GE(refuse_each_allocation([] {
              const pid_t pid = ::fork();
              if (pid == 0) ::_exit(7);
              try {
                q::process made = q::process::adopt(pid);
                EXPECT_TRUE(q::wait(made));
                EXPECT_EQ(made.status().code, 7);
              } catch (const std::bad_alloc&) {
                EXPECT_EQ(::waitpid(pid, nullptr, 0), pid) << "somebody else has reaped it";
                throw;
              }
            }),
            1u);
}

TEST(RefusedAllocation, LeavesNothingOfAPool_J4) {
  EXPECT_GE(refuse_each_allocation([] { q::thread_pool made({.name = long_name, .minimum = 2, .running = 2}); }), 1u);
}

TEST(RefusedAllocation, LeavesNothingOfAPoolThatHasAHandlerAndAReport_J4) {
  std::array<char, 100> captured{};
  const auto handled = [captured](const std::exception_ptr&) { static_cast<void>(captured); };
  const auto reported = [captured](const std::string&) { static_cast<void>(captured); };
  EXPECT_GE(refuse_each_allocation([&] {
              q::thread_pool made(
                  {.running = 1, .exceptions = q::on_exception::handler, .handler = handled, .report = reported});
            }),
            3u);
}

class RefusedByAPool : public testing::Test {
 protected:
  void TearDown() override {
    // It is whole: it runs what is posted, and stops.
    q::auto_reset_event told;
    EXPECT_EQ(pool_.post([&] { told.set(); }), q::post_status::queued);
    EXPECT_TRUE(q::wait_for(told, 30s));
    EXPECT_EQ(pool_.stop().status, q::stop_status::stopped);
  }

  q::thread_pool pool_{{.running = 1}};
  q::auto_reset_event event_;
};

TEST_F(RefusedByAPool, AWaitIsNotThereAtAll_J4) {
  std::array<char, 100> captured{};
  int calls = 0;
  EXPECT_GE(refuse_each_allocation([&] {
              q::registered_wait made(pool_, [captured, &calls](q::callback_scope&) { calls += captured[0] + 1; },
                                      {.name = long_name});
            }),
            3u);
  EXPECT_GE(refuse_each_allocation([&] {
              q::registered_wait made =
                  pool_.register_wait(event_, [captured, &calls](q::callback_scope&) { calls += captured[0] + 1; });
            }),
            2u);
  event_.set();
  EXPECT_TRUE(q::try_wait(event_)) << "somebody waits for it still";
  EXPECT_EQ(calls, 0);
}

TEST_F(RefusedByAPool, WorkOrATimerIsNotThereAtAll_J4) {
  std::array<char, 100> captured{};
  EXPECT_GE(refuse_each_allocation(
                [&] { q::pool_work made(pool_, [captured] { static_cast<void>(captured); }, {.name = long_name}); }),
            3u);
  EXPECT_GE(refuse_each_allocation(
                [&] { q::pool_timer made(pool_, [captured] { static_cast<void>(captured); }, {.name = long_name}); }),
            3u);
}

TEST_F(RefusedByAPool, AMemberThatCouldNotBeMadeIsNotStoppedWithItsGroup_J4) {
  q::stop_group group;
  EXPECT_GE(refuse_each_allocation([&] {
              q::pool_work made(pool_, [] {});
              group.add(made);
            }),
            1u);
  EXPECT_EQ(group.stop().status, q::stop_status::stopped);
}

TEST_F(RefusedByAPool, APostedFunctionIsNotQueued_J4) {
  std::array<char, 100> captured{};
  std::atomic<int> calls{0};
  int posted = 0;
  EXPECT_GE(refuse_each_allocation([&] {
              pool_.post([captured, &calls] { calls += captured[0] + 1; });
              ++posted;
              EXPECT_TRUE(eventually([&] { return calls == posted; }));
              EXPECT_TRUE(pool_.drain(30s).empty());
            }),
            2u);
  EXPECT_EQ(posted, makings_before + 1) << "those that nothing was refused to";
  EXPECT_EQ(calls, posted);
}

TEST_F(RefusedByAPool, ThePersistentThreadIsStartedLater_J4) {
  // By hand: once it is there it stays.
  std::uint64_t refused = 0;
  q::auto_reset_event told;
  for (bool queued = false; !queued;) {
    const counted::failing failing(refused + 1);
    try {
      queued = pool_.post([&] { told.set(); }, q::run_on::persistent_thread) == q::post_status::queued;
    } catch (const std::bad_alloc&) {
      ++refused;
    }
  }
  EXPECT_GE(refused, 2u);
  EXPECT_TRUE(q::wait_for(told, 30s));
}

TEST_F(RefusedByAPool, AskingWhoIsInFlightChangesNothing_J4) {
  q::manual_reset_event begun, go_on;
  q::pool_work work(pool_,
                    [&] {
                      begun.set();
                      static_cast<void>(q::wait(go_on));
                    },
                    {.name = long_name});
  work.submit();
  ASSERT_TRUE(q::wait_for(begun, 30s));
  EXPECT_GE(refuse_each_allocation([&] { EXPECT_EQ(work.in_flight().size(), 1u); }), 1u);
  EXPECT_GE(refuse_each_allocation([&] { EXPECT_EQ(pool_.drain(0s).size(), 1u); }), 1u);
  go_on.set();
  EXPECT_EQ(work.stop().status, q::stop_status::stopped);
}

}  // namespace
