#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "os/pinned_code.hpp"
#include "plugin/library/face.hpp"
#include "support/eventually.hpp"
#include "support/process_state.hpp"
#include "support/waiters_of.hpp"

plugin::program_face quiesce_test_program;

namespace {

using plugin::script;
using quiesce::stop_status;
using support::eventually;

bool is_loaded(const char* path) {
  void* const found = ::dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (found != nullptr) ::dlclose(found);
  return found != nullptr;
}

class loaded {
 public:
  explicit loaded(const char* path = QUIESCE_TEST_LIBRARY) : handle_(::dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
  }
  loaded(const loaded&) = delete;
  loaded& operator=(const loaded&) = delete;
  ~loaded() { close(); }

  const plugin::face& face() const {
    return *reinterpret_cast<const plugin::face* (*)()>(::dlsym(handle_, "quiesce_test_face"))();
  }
  void close() {
    if (handle_ != nullptr) ::dlclose(std::exchange(handle_, nullptr));
  }

 private:
  void* handle_;
};

class Plugin : public testing::Test {
 protected:
  void TearDown() override {
    library_.close();
    EXPECT_TRUE(eventually([] { return !is_loaded(QUIESCE_TEST_LIBRARY); }));
    EXPECT_TRUE(eventually([] { return quiesce_test_program.destructions == quiesce_test_program.constructions; }));
    quiesce_test_program.constructed = nullptr;
    quiesce_test_program.destroyed = nullptr;
  }

  // Makes a callback of the library block, unloads it meanwhile, and lets it go on.
  void unload_while_it_runs() {
    ASSERT_TRUE(eventually([&] { return runs_.begun == 1; }));
    library_.close();
    EXPECT_TRUE(is_loaded(QUIESCE_TEST_LIBRARY));
    runs_.go_on.set();
    ASSERT_TRUE(eventually([&] { return runs_.ended == 1; }));
  }

  script runs_{.go_on = quiesce::manual_reset_event(false)};
  script runs_of_other_{.go_on = quiesce::manual_reset_event(false)};
  quiesce::auto_reset_event event_;
  quiesce::thread_pool pool_{{.running = 2}};
  loaded library_;
};

TEST_F(Plugin, IsGoneWhenItIsUnloadedRightAfterTheStop_C10) {
  runs_.go_on.set();
  quiesce::registered_wait wait = library_.face().make_wait(pool_, runs_);
  wait.arm(event_);
  event_.set();
  EXPECT_EQ(wait.stop().status, stop_status::stopped);
  EXPECT_EQ(runs_.ended, 1);
  library_.close();
  EXPECT_FALSE(is_loaded(QUIESCE_TEST_LIBRARY));
}

TEST_F(Plugin, StaysWhileACallbackOfAWaitRunsAndUntilItsStop_C10) {
  quiesce::registered_wait wait = library_.face().make_wait(pool_, runs_);
  wait.arm(event_);
  event_.set();
  unload_while_it_runs();
  EXPECT_TRUE(is_loaded(QUIESCE_TEST_LIBRARY)) << "it may be armed again";
  EXPECT_EQ(wait.stop().status, stop_status::stopped);
  EXPECT_FALSE(is_loaded(QUIESCE_TEST_LIBRARY));
}

TEST_F(Plugin, StaysWhileWorkOrATimerOfItRuns_C10) {
  {
    quiesce::pool_work work = library_.face().make_work(pool_, runs_);
    work.submit();
    unload_while_it_runs();
  }
  EXPECT_FALSE(is_loaded(QUIESCE_TEST_LIBRARY)) << "destruction stops";
  runs_.begun = runs_.ended = 0;
  runs_.go_on.reset();
  loaded again;
  quiesce::pool_timer timer = again.face().make_timer(pool_, runs_);
  timer.set(std::chrono::nanoseconds(0));
  ASSERT_TRUE(eventually([&] { return runs_.begun == 1; }));
  again.close();
  runs_.go_on.set();
  EXPECT_EQ(timer.stop().status, stop_status::stopped);
  EXPECT_EQ(runs_.ended, 1);
  EXPECT_FALSE(is_loaded(QUIESCE_TEST_LIBRARY));
}

TEST_F(Plugin, GoesByItselfWhenAPostedFunctionHasReturned_C10) {
  library_.face().post(pool_, runs_);
  unload_while_it_runs();
  EXPECT_TRUE(eventually([] { return !is_loaded(QUIESCE_TEST_LIBRARY); }));
}

// The thread that closes the first runs its destructor, in which the function of the other one returns. It looks once more.
TEST_F(Plugin, AnotherOneGoesTooWhoseFunctionReturnsMeanwhile_C10) {
  {
    loaded other(QUIESCE_OTHER_TEST_LIBRARY);
    other.face().post(pool_, runs_of_other_);
    ASSERT_TRUE(eventually([&] { return support::waiters_of::any(runs_of_other_.go_on); }));
  }
  struct seen {
    std::atomic<bool> is_called{false}, is_left{false};
    std::atomic<std::size_t> threads_before{0}, threads{0};
  };
  static_cast<void>(support::count_threads());  // the first call starts one
  const auto saw = std::make_shared<seen>();
  quiesce_test_program.destroyed = [this, saw] {
    if (saw->is_called.exchange(true)) return;  // the other one's follows
    saw->threads_before = support::count_threads();
    runs_of_other_.go_on.set();
    saw->is_left = pool_.drain(std::chrono::seconds(30)).empty();
    saw->threads = support::count_threads();
  };
  library_.face().post(pool_, runs_);
  unload_while_it_runs();
  EXPECT_TRUE(eventually([] { return !is_loaded(QUIESCE_OTHER_TEST_LIBRARY); }));
  EXPECT_TRUE(saw->is_left);
  EXPECT_LE(saw->threads, saw->threads_before) << "one is enough to close them";
}

TEST_F(Plugin, IsGoneWhenThePoolHasStoppedThatRunsItsFunctions_C10) {
  library_.face().post(pool_, runs_);
  const quiesce::registered_wait wait = library_.face().make_wait(pool_, runs_);
  ASSERT_TRUE(eventually([&] { return runs_.begun == 1; }));
  library_.close();
  pool_.request_stop();
  EXPECT_TRUE(is_loaded(QUIESCE_TEST_LIBRARY));
  runs_.go_on.set();
  EXPECT_EQ(pool_.stop().status, stop_status::stopped);
  EXPECT_FALSE(is_loaded(QUIESCE_TEST_LIBRARY));
}

TEST_F(Plugin, MayBeUnloadedByItsOwnCallback_C9_C10) {
  std::optional<quiesce::registered_wait> wait = library_.face().make_wait(pool_, runs_);
  runs_.inside = [&] {
    wait.reset();
    library_.close();
    EXPECT_TRUE(is_loaded(QUIESCE_TEST_LIBRARY));
  };
  wait->arm(event_);
  event_.set();
  runs_.go_on.set();
  EXPECT_TRUE(eventually([] { return !is_loaded(QUIESCE_TEST_LIBRARY); }));
  EXPECT_EQ(runs_.ended, 1);
}

TEST_F(Plugin, StaysForAFunctionOfItThatTheProgramPosts_C10) {
  library_.face().set_script(&runs_);
  pool_.post(library_.face().act);
  unload_while_it_runs();
}

TEST_F(Plugin, StaysForAFunctionOfItThatTheProgramMakesWorkOf_C10) {
  library_.face().set_script(&runs_);
  quiesce::pool_work work(pool_, library_.face().act);
  work.submit();
  unload_while_it_runs();
}

// A constructor holds the lock of the loader: nothing that it waits for may need it.
TEST_F(Plugin, ItsConstructorMayWaitForItsCallbacksAndStopThem_C10) {
  library_.close();
  runs_.go_on.set();
  quiesce_test_program.constructed = [&](const plugin::face& face) {
    quiesce::thread_pool pool({.running = 1});
    for (int i = 1; i <= 3; ++i) {
      face.post(pool, runs_);
      EXPECT_TRUE(eventually([&] { return runs_.ended == i; }));
    }
    quiesce::registered_wait wait = face.make_wait(pool, runs_);
    wait.arm(event_);
    event_.set();
    EXPECT_EQ(wait.stop().status, stop_status::stopped);
    face.post(pool, runs_);
    EXPECT_EQ(pool.stop().status, stop_status::stopped);
    EXPECT_EQ(runs_.ended, 5);
  };
  loaded again;
  again.close();
  EXPECT_TRUE(eventually([] { return !is_loaded(QUIESCE_TEST_LIBRARY); }));
}

TEST_F(Plugin, ADestructorOfAnotherLibraryMayStopThePoolThatRunsItsFunctions_C10) {
  loaded other(QUIESCE_OTHER_TEST_LIBRARY);
  library_.face().post(pool_, runs_);
  ASSERT_TRUE(eventually([&] { return runs_.begun == 1; }));
  library_.close();
  std::atomic<bool> stopped{false};
  quiesce_test_program.destroyed = [&] {
    quiesce_test_program.destroyed = nullptr;  // this library's follows
    runs_.go_on.set();
    stopped = pool_.stop().status == stop_status::stopped;
  };
  other.close();
  EXPECT_TRUE(stopped);
}

TEST_F(Plugin, ItsOwnDestructorMayStopThePoolWhoseStopUnloadsIt_C10) {
  library_.face().post(pool_, runs_);
  ASSERT_TRUE(eventually([&] { return runs_.begun == 1; }));
  library_.close();
  bool stopped = false;
  quiesce_test_program.destroyed = [&] {
    quiesce_test_program.destroyed = nullptr;
    stopped = pool_.stop().status == stop_status::stopped;
  };
  pool_.request_stop();
  runs_.go_on.set();
  EXPECT_EQ(pool_.stop().status, stop_status::stopped);
  EXPECT_TRUE(stopped);
}

TEST_F(Plugin, OnlyWhatCanBeUnloadedIsPinned_C10) {
  EXPECT_FALSE(quiesce::os::pinned_code(nullptr));
  EXPECT_FALSE(quiesce::os::pinned_code(reinterpret_cast<const void*>(&is_loaded)));
  EXPECT_TRUE(quiesce::os::pinned_code(reinterpret_cast<const void*>(library_.face().act)));
  quiesce::os::pinned_code::close_all();
}

}  // namespace
