// The last handle to what the system signals is closed while a wait stands in its queue: the wait keeps the object.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/held_reactor.hpp"
#include "support/scratch_folder.hpp"
#include "support/sockets.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using support::waiters_of;

// An object of each kind whose only handle is here, and how the system is brought to signal it without one.
class LastHandle : public testing::Test {
 protected:
  struct kind {
    const char* name;
    std::unique_ptr<q::handle> object;
    std::function<void()> signal;
  };

  // The reactor is held up, so an armed timer does not expire before.
  kind timer() {
    reactor_.emplace();
    EXPECT_TRUE(reactor_->is_held());
    auto made = std::make_unique<q::timer>();
    // Armed before anybody waits: else one that has passed already would end the wait too early.
    EXPECT_TRUE(eventually([&] {
      made->set(1ms);
      return !q::try_wait(*made);
    }));
    return {"timer", std::move(made), [this] { reactor_.reset(); }};
  }
  kind file() {
    return {"file", std::make_unique<q::file_watch>(scratch_.path()),
            [this] { std::filesystem::create_directory(scratch_.path() / "new"); }};
  }
  static kind signal() {
    return {"signal", std::make_unique<q::os_signal>(SIGUSR1), [] { ::raise(SIGUSR1); }};
  }
  static kind process() {
    auto made = std::make_unique<q::process>(q::process::spawn({"sleep", "1000"}));
    const int pid = made->pid();
    return {"process", std::move(made), [pid] { ::kill(pid, SIGKILL); }};
  }
  kind descriptor() {
    return {"descriptor", std::make_unique<q::descriptor>(pair_[0], q::descriptor::readiness::readable),
            [this] { pair_.write(1); }};
  }

  template <class Check>
  void for_each_kind(Check check) {
    const std::function<kind()> makes[] = {[this] { return timer(); }, [this] { return file(); }, signal, process,
                                           [this] { return descriptor(); }};
    for (const auto& make : makes) {
      kind made = make();
      SCOPED_TRACE(made.name);
      check(made);
    }
  }

 private:
  support::scratch_folder scratch_;
  support::sockets pair_;
  std::optional<support::held_reactor> reactor_;
};

TEST_F(LastHandle, MayBeClosedWhileAThreadWaits_A4) {
  for_each_kind([](kind& each) {
    q::wait_result result{};
    std::thread waiter([&, object = q::handle_ref(*each.object)] { result = q::wait_for(object, 30s); });
    EXPECT_TRUE(eventually([&] { return waiters_of::any(*each.object); }));
    each.object.reset();
    each.signal();
    waiter.join();
    EXPECT_EQ(result.status, q::wait_status::signalled);
  });
}

TEST_F(LastHandle, MayBeClosedWhileARegisteredWaitStandsInItsQueue_A4) {
  q::thread_pool pool({.running = 1});
  for_each_kind([&](kind& each) {
    q::auto_reset_event called;
    q::registered_wait wait(pool, [&](q::callback_scope& scope) {
      if (scope.result().status == q::wait_status::signalled) called.set();
    });
    wait.arm(*each.object);
    each.object.reset();
    each.signal();
    EXPECT_TRUE(q::wait_for(called, 30s));
    wait.stop();
  });
}

}  // namespace
