#include "reactor/reactor.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "os/unique_fd.hpp"
#include "support/eventually.hpp"
#include "support/in_child.hpp"
#include "unit/reactor/counted_source.hpp"

namespace {

using quiesce::os::unique_fd;
using quiesce::reactor::deadline_entry;
using quiesce::reactor::reactor;
using quiesce::reactor::source_id;
using support::counted_source;
using support::eventually;
using testing::HasSubstr;
using namespace std::chrono_literals;

// The text of /proc/…/status of every thread of that name.
std::vector<std::string> threads_named(const std::string& name) {
  std::vector<std::string> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "status");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (text.starts_with("Name:\t" + name + "\n")) found.push_back(std::move(text));
  }
  return found;
}
bool none_runs() { return threads_named("quiesce-reactor").empty(); }

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator{});
}

struct entry : deadline_entry {
  explicit entry(std::function<void()> call) : on_tell(std::move(call)) {}
  bool claim_expiry() noexcept override { return true; }
  void tell_expiry() noexcept override { on_tell(); }
  std::function<void()> on_tell;
};

TEST(Reactor, RunsOneThreadWhileSomebodyRefersToIt) {
  ASSERT_TRUE(eventually(none_runs));
  const std::ptrdiff_t before = open_descriptors();
  {
    auto first = reactor::acquire();
    auto second = reactor::acquire();
    EXPECT_EQ(&*first, &*second);
    EXPECT_TRUE(eventually([] { return threads_named("quiesce-reactor").size() == 1; }));
    first.reset();
    EXPECT_EQ(threads_named("quiesce-reactor").size(), 1u);
  }
  EXPECT_TRUE(eventually(none_runs));
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Reactor, ItsThreadTakesNoSignalsThatAreSentToTheProcess) {
  const auto running = reactor::acquire();
  ASSERT_TRUE(eventually([] { return threads_named("quiesce-reactor").size() == 1; }));
  const std::string status = threads_named("quiesce-reactor").front();
  const std::size_t at = status.find("SigBlk:\t");
  ASSERT_NE(at, std::string::npos);
  const std::uint64_t blocked = std::stoull(status.substr(at + 8, 16), nullptr, 16);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGHUP})
    EXPECT_TRUE(blocked >> (number - 1) & 1) << number;
  EXPECT_FALSE(blocked >> (SIGSEGV - 1) & 1);
}

TEST(Reactor, AReadySourceIsToldOnTheReactorsThread) {
  std::promise<std::thread::id> told;
  const auto source = counted_source::make([&](counted_source& self, std::uint32_t events) {
    self.drain();
    EXPECT_EQ(events, static_cast<std::uint32_t>(EPOLLIN));
    told.set_value(std::this_thread::get_id());
  });
  source->signal();
  EXPECT_NE(told.get_future().get(), std::this_thread::get_id());
}

TEST(Reactor, AOneShotSourceIsToldOncePerArming) {
  std::atomic<int> calls{0};
  const auto source = counted_source::make([&](counted_source&, std::uint32_t) { ++calls; }, EPOLLIN | EPOLLONESHOT);
  source->signal();
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  // Another source that is told later shows that the first is not told in between.
  std::promise<void> later;
  const auto other = counted_source::make([&](counted_source& self, std::uint32_t) {
    self.drain();
    later.set_value();
  });
  other->signal();
  later.get_future().wait();
  EXPECT_EQ(calls, 1);
  source->rearm(EPOLLIN | EPOLLONESHOT);
  EXPECT_TRUE(eventually([&] { return calls == 2; }));
}

TEST(Reactor, ASourceMayArmItselfWithinTheVeryFirstCall) {
  std::atomic<int> calls{0};
  for (int round = 0; round < 200; ++round) {
    calls = 0;
    const auto source = counted_source::make(
        [&](counted_source& self, std::uint32_t) {
          if (++calls < 3) self.rearm(EPOLLOUT | EPOLLONESHOT);
        },
        EPOLLOUT | EPOLLONESHOT);
    ASSERT_TRUE(eventually([&] { return calls == 3; }));
  }
}

TEST(Reactor, ADescriptorThatCannotBeWatchedIsRefusedAndNothingHasChanged) {
  struct never_told final : quiesce::reactor::source {
    bool try_reference() noexcept override { return true; }
    void release() noexcept override {}
    void ready(std::uint32_t) noexcept override { ADD_FAILURE(); }
  } quiet;
  const auto running = reactor::acquire();
  const unique_fd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  for (const int fd : {file.get(), 1'000'000, -1}) {
    source_id id{42};
    try {
      running->add(quiet, fd, EPOLLIN, id);
      FAIL() << fd;
    } catch (const std::system_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("descriptor " + std::to_string(fd)));
    }
    EXPECT_EQ(id, source_id::none);
    EXPECT_THROW(running->add(quiet, fd, EPOLLIN), std::system_error);
  }
  // Registered sources would be reported as a bug when the reactor ends, which it does here.
}

TEST(Reactor, ADeadlineIsToldOnTheReactorsThreadAndNotEarly) {
  const auto running = reactor::acquire();
  std::promise<std::chrono::steady_clock::time_point> told;
  entry one([&] { told.set_value(std::chrono::steady_clock::now()); });
  const auto due = std::chrono::steady_clock::now() + 1ms;
  running->deadlines().schedule(one, due);
  EXPECT_GE(told.get_future().get(), due);
  std::promise<void> by_system_clock;
  entry other([&] { by_system_clock.set_value(); });
  running->deadlines().schedule(other, std::chrono::system_clock::now());
  by_system_clock.get_future().wait();
}

TEST(Reactor, ACrowdOfDeadlinesDoesNotHoldUpDescriptors) {
  const auto running = reactor::acquire();
  std::atomic<bool> over{false};
  std::promise<void> ended;
  // Always due again: with no end to the deadlines, the descriptor still has its turn.
  entry restless([&] {
    if (over) {
      ended.set_value();
    } else {
      running->deadlines().schedule(restless, std::chrono::steady_clock::time_point(1ns));
    }
  });
  running->deadlines().schedule(restless, std::chrono::steady_clock::time_point(1ns));
  std::promise<void> told;
  const auto source = counted_source::make([&](counted_source& self, std::uint32_t) {
    self.drain();
    told.set_value();
  });
  source->signal();
  told.get_future().wait();
  over = true;
  ended.get_future().wait();
}

TEST(Reactor, ItsThreadMayDropTheLastReferenceOfASource) {
  std::promise<void> told;
  counted_source::pointer source;
  std::promise<void> stored;
  source = counted_source::make([&, ready = stored.get_future().share()](counted_source& self, std::uint32_t) {
    ready.wait();
    self.drain();
    source.reset();  // the reference of the call is the last one now, and with it goes the last one of the reactor
    told.set_value();
  });
  source->signal();
  stored.set_value();
  told.get_future().wait();
  EXPECT_TRUE(eventually(none_runs));
}

TEST(Reactor, ItsThreadMayDropTheLastReferenceWithinADeadline) {
  auto running = reactor::acquire();
  std::promise<void> told;
  entry one([&] {
    running.reset();
    told.set_value();
  });
  running->deadlines().schedule(one, 0ns);
  told.get_future().wait();
  EXPECT_TRUE(eventually(none_runs));
}

TEST(Reactor, ANewOneMayBeStartedByTheThreadOfTheOneThatEnds) {
  auto running = reactor::acquire();
  std::promise<reactor::reference> next;
  const reactor* const before = &*running;
  bool differs = false;
  entry one([&] {
    running.reset();
    auto other = reactor::acquire();
    differs = &*other != before;
    next.set_value(std::move(other));
  });
  running->deadlines().schedule(one, 0ns);
  auto other = next.get_future().get();
  EXPECT_TRUE(differs);
  std::promise<void> told;
  entry two([&] { told.set_value(); });
  other->deadlines().schedule(two, 0ns);
  told.get_future().wait();
}

TEST(Reactor, OutOfDescriptorsLeavesEverythingAsItWas) {
  EXPECT_EQ(support::in_child([]() -> std::string {
              const std::ptrdiff_t before = open_descriptors();
              int refused = 0;
              for (rlim_t limit = 0; limit < 1000; ++limit) {
                try {
                  const support::descriptor_limit few(limit);
                  static_cast<void>(reactor::acquire());
                  return refused >= 4 ? "starts in the end" : "started too early";
                } catch (const std::system_error& error) {
                  if (error.code() != std::errc::too_many_files_open) return error.what();
                }
                ++refused;
                if (open_descriptors() != before) return "descriptors were left open";
              }
              return "never started";
            }),
            "starts in the end");
}

}  // namespace
