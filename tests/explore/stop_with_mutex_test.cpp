// A thread that owns a mutex waits for the end of a callback that waits for the mutex, under interleavings: whoever comes
// last sees it, and nothing is reported that is none.
#include <unistd.h>

#include <cassert>
#include <thread>

#include "handle/local_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "wait/wait_graph.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_bounded;

constexpr int callback = 0;

// Stands for a stop, in place of one that needs a pool. Its report ends the program, as a right one.
class waiting_for_callback final : public q::blocked_wait {
 public:
  waiting_for_callback(q::local_event& end, bool may_be_reported)
      : blocked_wait(false, {}), end_(end), may_be_reported_(may_be_reported) {
    enter();
  }
  ~waiting_for_callback() { leave(); }

 private:
  way_out leaves_by() const noexcept override { return way_out::none; }
  bool is_over() const noexcept override { return static_cast<bool>(q::try_wait(q::handle_ref(end_))); }
  bool is_held_up_by(const q::blocked_wait& other) const noexcept override {
    return other.innermost() != nullptr && other.innermost()->of == &callback;
  }
  std::string text(const blocked_wait&) const override {
    assert(may_be_reported_);
    reach("reported");
    ::_exit(0);
  }
  std::string_view text_of_edge() const noexcept override { return {}; }
  std::string_view rule() const noexcept override { return {}; }

  q::local_event& end_;
  const bool may_be_reported_;
};

// The callback takes the mutex for a moment.
void call_back(q::mutex& mutex, q::local_event& ended) {
  {
    const q::inside_callback frame(&callback, nullptr);
    mutex.lock();
    mutex.unlock();
  }
  ended.set();
}

void wait_for_end(q::local_event& ended, bool may_be_reported) {
  const waiting_for_callback waits(ended, may_be_reported);
  static_cast<void>(q::wait(q::handle_ref(ended)));
}

TEST(StopWithMutexScenario, IsSeenByWhoeverComesLast_D6) {
  explore_bounded(4, {"reported", "the callback was through"}, [] {
    q::mutex mutex;
    q::local_event ended;
    std::thread worker([&] { call_back(mutex, ended); });
    mutex.lock();
    wait_for_end(ended, true);
    mutex.unlock();
    worker.join();
    reach("the callback was through");
  });
}

// The callback waits for another mutex, whose owner waits for that of the thread that waits for the callback.
TEST(StopWithMutexScenario, IsSeenThroughAThirdThread_D6) {
  explore_bounded(3, {"reported", "the callback was through"}, [] {
    q::mutex mutex, another;
    q::local_event ended;
    std::thread worker([&] { call_back(another, ended); });
    std::thread between([&] {
      another.lock();
      mutex.lock();
      mutex.unlock();
      another.unlock();
    });
    mutex.lock();
    wait_for_end(ended, true);
    mutex.unlock();
    worker.join();
    between.join();
    reach("the callback was through");
  });
}

TEST(StopWithMutexScenario, IsNotSeenWhenTheMutexWasGivenBackBefore_D6) {
  explore_bounded(3, {"the callback had to wait", "it was through"}, [] {
    q::mutex mutex, another;
    q::local_event ended;
    bool had_to_wait = false;
    std::thread worker([&] {
      {
        const q::inside_callback frame(&callback, nullptr);
        had_to_wait = !mutex.try_lock();
        if (had_to_wait) mutex.lock();
        mutex.unlock();
      }
      ended.set();
    });
    mutex.lock();
    mutex.unlock();
    another.lock();
    wait_for_end(ended, false);
    another.unlock();
    worker.join();
    reach(had_to_wait ? "the callback had to wait" : "it was through");
  });
}

}  // namespace
