#include "quiesce/os_signal.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "handle/os_signal_object.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_teller.hpp"
#include "support/process_state.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

std::atomic<int> handled{0};

class handler_installed {
 public:
  explicit handler_installed(int number) : number_(number) {
    struct sigaction action {};
    action.sa_handler = [](int) { ++handled; };
    ::sigaction(number, &action, &before_);
  }
  ~handler_installed() { ::sigaction(number_, &before_, nullptr); }

 private:
  int number_;
  struct sigaction before_ {};
};

TEST(OsSignal, IsSignalledWhenTheSignalArrivesAndTakenByTheWait_A1) {
  q::os_signal usr1(SIGUSR1);
  EXPECT_FALSE(q::try_wait(usr1));
  ::raise(SIGUSR1);
  EXPECT_TRUE(q::wait_for(usr1, 30s));
  EXPECT_FALSE(q::try_wait(usr1));
}

TEST(OsSignal, EveryHandleOfASignalIsSignalled_A1) {
  q::os_signal first(SIGUSR1);
  q::os_signal second(SIGUSR1);
  q::os_signal other(SIGUSR2);
  ::raise(SIGUSR1);
  EXPECT_TRUE(q::wait_for(first, 30s));
  EXPECT_TRUE(q::wait_for(second, 30s));
  EXPECT_FALSE(q::try_wait(other));
}

TEST(OsSignal, AnArrivalForEachWait_A1) {
  q::os_signal usr1(SIGUSR1);
  for (int round = 0; round < 500; ++round) {
    ::raise(SIGUSR1);
    ASSERT_TRUE(q::wait_for(usr1, 30s)) << round;
  }
}

TEST(OsSignal, AHandlerThatStoodBeforeIsStillCalled_A1) {
  const handler_installed before(SIGUSR2);
  handled = 0;
  {
    q::os_signal usr2(SIGUSR2);
    ::raise(SIGUSR2);
    EXPECT_EQ(handled.load(), 1);
    EXPECT_TRUE(q::wait_for(usr2, 30s));
  }
  ::raise(SIGUSR2);
  EXPECT_EQ(handled.load(), 2) << "and stands again after the last handle was closed";
}

TEST(OsSignal, HandlesComeAndGoWhileSignalsArrive_A4) {
  q::os_signal stays(SIGUSR1);
  for (int round = 0; round < 300; ++round) {
    q::os_signal passing(SIGUSR1);
    ::raise(SIGUSR1);
    if (round % 2 == 0) {
      ASSERT_TRUE(q::wait_for(passing, 30s));
    }
    ASSERT_TRUE(q::wait_for(stays, 30s));
  }
}

// Whoever is blocked for it leaves it to others, and the library's threads take none.
TEST(OsSignal, ArrivesWhenAThreadOfTheProgramLetsItThrough_A1) {
  q::os_signal usr1(SIGUSR1), usr2(SIGUSR2);
  sigset_t blocked, before, pending;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);  // in the only thread of the program
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGUSR2);
  EXPECT_TRUE(q::wait_for(usr2, 30s));
  ::sigpending(&pending);
  EXPECT_EQ(::sigismember(&pending, SIGUSR1), 1);
  EXPECT_FALSE(q::try_wait(usr1));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_TRUE(q::wait_for(usr1, 30s));
}

// The thread of a reactor that ends may still be in its last call when the next reactor makes its first one: both would
// chain the same handles by the same fields.
TEST(OsSignal, AReactorsCallWaitsUntilThatOfTheOneBeforeItHasEnded) {
  q::os_signal usr1(SIGUSR1);
  support::held_teller held(usr1);
  ::raise(SIGUSR1);
  ASSERT_TRUE(support::eventually([&] { return held.is_telling(); })) << "the reactor's thread is to stay in its call";
  std::atomic<int> id{0};
  std::atomic<bool> has_come_through{false};
  std::thread next([&] {
    id = ::gettid();
    q::signal_source().ready(0);
    has_come_through = true;
  });
  EXPECT_TRUE(support::eventually([&] { return has_come_through || (id != 0 && support::is_asleep(id)); }));
  EXPECT_FALSE(has_come_through);
  held.release();
  next.join();
}

TEST(OsSignal, SignalsThatCannotBeCaughtAreAnErrorWithTheirNumber_J4) {
  for (const int bad : {SIGKILL, SIGSTOP, 0, -1, 65, 1000}) {
    try {
      q::os_signal signal(bad);
      FAIL() << bad;
    } catch (const std::system_error& error) {
      EXPECT_NE(std::string(error.what()).find(std::to_string(bad)), std::string::npos) << error.what();
    }
  }
}

TEST(OsSignal, SignalsThatAnInstructionRaisesAreRefused_J4) {
  for (const int bad : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) EXPECT_THROW(q::os_signal{bad}, std::invalid_argument) << bad;
}

}  // namespace
