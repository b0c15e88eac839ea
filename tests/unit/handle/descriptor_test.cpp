#include "quiesce/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <system_error>
#include <thread>

#include "quiesce/thread_pool.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_teller.hpp"
#include "support/queued_waiters.hpp"
#include "support/sockets.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using ready = q::descriptor::readiness;
using support::sockets;

TEST(Descriptor, IsSignalledWhileThereIsSomethingToRead_A1) {
  sockets pair;
  q::descriptor readable(pair[0], ready::readable);
  EXPECT_FALSE(q::try_wait(readable));
  pair.write(1);
  EXPECT_TRUE(q::try_wait(readable));
  EXPECT_TRUE(q::try_wait(readable)) << "waiting takes nothing from it";
  ASSERT_TRUE(pair.read(0));
  EXPECT_FALSE(q::try_wait(readable));
}

TEST(Descriptor, ABlockedWaitEndsWhenSomethingArrives_A1) {
  sockets pair;
  q::descriptor readable(pair[0], ready::readable);
  for (int round = 0; round < 100; ++round) {
    std::thread writer([&] {
      EXPECT_TRUE(support::eventually([&] { return support::waiters_of::any(readable); }));
      pair.write(1);
    });
    EXPECT_TRUE(q::wait_for(readable, 30s));
    writer.join();
    ASSERT_TRUE(pair.read(0));
  }
}

TEST(Descriptor, IsWritableUntilItsBufferIsFull_A1) {
  sockets pair;
  q::descriptor writable(pair[0], ready::writable);
  EXPECT_TRUE(q::try_wait(writable));
  std::array<char, 65536> zeros{};
  while (::write(pair[0], zeros.data(), zeros.size()) > 0) {
  }
  EXPECT_FALSE(q::try_wait(writable));
  std::thread reader([&] {
    EXPECT_TRUE(support::eventually([&] { return support::waiters_of::any(writable); }));
    while (::read(pair[1], zeros.data(), zeros.size()) > 0) {
    }
  });
  EXPECT_TRUE(q::wait_for(writable, 30s));
  reader.join();
}

TEST(Descriptor, TheEndOfTheOtherSideSignals_A1) {
  sockets pair;
  q::descriptor readable(pair[0], ready::readable);
  std::thread closer([&] {
    EXPECT_TRUE(support::eventually([&] { return support::waiters_of::any(readable); }));
    pair.close(1);
  });
  EXPECT_TRUE(q::wait_for(readable, 30s));
  closer.join();

  std::array<int, 2> pipe;
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const q::descriptor read_end(pipe[0], ready::readable);
  EXPECT_FALSE(q::try_wait(read_end));
  ::close(pipe[1]);
  EXPECT_TRUE(q::try_wait(read_end)) << "of a pipe the kernel tells it without anything to read";
  ::close(pipe[0]);
}

TEST(Descriptor, OneReadinessEndsAllWaits_A5) {
  sockets pair;
  q::descriptor readable(pair[0], ready::readable);
  std::atomic<int> ended{0};
  std::array<std::thread, 3> waiters;
  for (auto& thread : waiters) {
    thread = std::thread([&] { ended += q::wait_for(readable, 30s) ? 1 : 0; });
  }
  EXPECT_TRUE(support::eventually([&] { return support::waiters_of::count(readable) == 3; }));
  pair.write(1);
  for (auto& thread : waiters) thread.join();
  EXPECT_EQ(ended.load(), 3);
}

TEST(Descriptor, KeepsADuplicateSoTheOriginalMayBeClosed_A4) {
  sockets pair;
  q::descriptor readable(pair[0], ready::readable);
  pair.close(0);
  EXPECT_FALSE(q::try_wait(readable));
  pair.write(1);
  EXPECT_TRUE(q::wait_for(readable, 30s));
}

TEST(Descriptor, ARegisteredWaitReadsAllThatComes_C6) {
  sockets pair;
  q::thread_pool pool({.running = 2});
  q::descriptor readable(pair[0], ready::readable);
  std::atomic<int> bytes{0};
  q::registered_wait wait = pool.register_wait(readable, [&](q::callback_scope&) {
    while (pair.read(0)) ++bytes;
  });
  for (int i = 0; i < 2000; ++i) pair.write(1);
  EXPECT_TRUE(support::eventually([&] { return bytes.load() == 2000; }));
  wait.stop();
}

TEST(Descriptor, ATimeOutLeavesNothingBehind_B5) {
  sockets pair;
  q::descriptor readable(pair[0], ready::readable);
  EXPECT_EQ(q::wait_for(readable, 1ms).status, q::wait_status::timed_out);
  EXPECT_FALSE(support::waiters_of::any(readable));
  pair.write(1);
  EXPECT_TRUE(q::wait_for(readable, 30s));
}

// The thread that reports is held up, so whoever waits has not been told.
TEST(Descriptor, IsSignalledForWhoeverLooksThoughAnotherWaitsForItAndHasNotBeenTold_B2_B5) {
  sockets first;
  sockets second;
  q::descriptor holds(first[0], ready::readable);
  q::descriptor readable(second[0], ready::readable);
  support::queued_waiters waiters(readable);
  ASSERT_TRUE(waiters.add(1));
  support::held_teller held(holds);
  first.write(1);
  ASSERT_TRUE(support::eventually([&] { return held.is_telling(); }));
  second.write(1);
  EXPECT_TRUE(q::try_wait(readable));
  EXPECT_TRUE(q::try_wait_any({readable}));
  EXPECT_FALSE(waiters.has_ended(0));
  held.release();
  EXPECT_TRUE(support::eventually([&] { return waiters.has_ended(0); }));
}

TEST(Descriptor, OneThatIsNotOpenIsAnErrorWithItsNumber_J4) {
  for (const int bad : {-1, 987654}) {
    try {
      q::descriptor readable(bad, ready::readable);
      FAIL() << bad;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
      EXPECT_NE(std::string(error.what()).find(std::to_string(bad)), std::string::npos) << error.what();
    }
  }
}

TEST(Descriptor, ARegularFileIsRefused_J4) {
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_THROW(q::descriptor(file, ready::readable), std::system_error);
  ::close(file);
}

}  // namespace
