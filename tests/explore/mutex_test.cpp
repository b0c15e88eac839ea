// Mutexes under the interleavings of two and three threads, of some all of them: what they guard, to whom they are
// handed over, and what becomes of them when their owner ends or their last handle is closed.
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::explore_bounded;
using scenario::unlimited;
using std::chrono::milliseconds;
using support::waiters_of;

TEST(MutexScenario, GuardsWhatTwoThreadsChange_A6) {
  explore_both(unlimited, unlimited, {"the second found it locked", "it was free"}, [] {
    q::mutex mutex;
    int count = 0;
    const auto work = [&] {
      if (mutex.try_lock()) {
        reach("it was free");
      } else {
        reach("the second found it locked");
        mutex.lock();
      }
      ++count;
      mutex.unlock();
    };
    std::thread other(work);
    work();
    other.join();
    assert(count == 2);
  });
}

TEST(MutexScenario, GuardsWhatThreeThreadsChange_A6) {
  explore_bounded(3, {"done"}, [] {
    q::mutex mutex;
    int count = 0;
    const auto work = [&] {
      const std::lock_guard hold(mutex);
      ++count;
    };
    std::thread first(work);
    std::thread second(work);
    work();
    first.join();
    second.join();
    assert(count == 3);
    reach("done");
  });
}

TEST(MutexScenario, AnUnlockMeetsATimeOutAndTheMutexIsTakenOrFree_A6_B5) {
  explore_both(4, 4, {"taken", "timed out"}, [] {
    q::mutex mutex;
    q::auto_reset_event locked;
    std::thread owner([&] {
      mutex.lock();
      locked.set();
      mutex.unlock();
    });
    static_cast<void>(q::wait(locked));
    const bool taken = mutex.try_lock_for(milliseconds(1));
    reach(taken ? "taken" : "timed out");
    if (taken) mutex.unlock();
    owner.join();
    assert(mutex.try_lock());
    mutex.unlock();
    assert(waiters_of::raw_word(mutex) == 0);
  });
}

TEST(MutexScenario, TheNextIsToldThatItsOwnerEndedWhereverThatMeetsHim_A6) {
  explore_both(unlimited, 4, {"the owner had ended", "he was waiting"}, [] {
    q::mutex mutex;
    q::auto_reset_event locked;
    int data = 0;
    std::thread owner([&] {
      mutex.lock();
      data = 1;
      locked.set();
    });
    static_cast<void>(q::wait(locked));
    q::wait_result result = q::try_wait(mutex);
    reach(result ? "the owner had ended" : "he was waiting");
    if (!result) result = q::wait(mutex);
    assert(result.status == q::wait_status::abandoned && data == 1);
    assert(q::try_wait(mutex).status == q::wait_status::signalled);
    mutex.unlock();
    mutex.unlock();
    assert(waiters_of::raw_word(mutex) == 0);
    owner.join();
  });
}

TEST(MutexScenario, AnAbandonedMutexIsNotLostByAWaitThatTimesOut_A6_B5) {
  explore_both(4, 4, {"abandoned", "timed out"}, [] {
    q::mutex mutex;
    q::auto_reset_event locked;
    std::thread owner([&] {
      mutex.lock();
      locked.set();
    });
    static_cast<void>(q::wait(locked));
    q::wait_result result = q::wait_for(mutex, milliseconds(1));
    reach(result ? "abandoned" : "timed out");
    owner.join();
    if (!result) result = q::try_wait(mutex);
    assert(result.status == q::wait_status::abandoned);
    mutex.unlock();
  });
}

TEST(MutexScenario, TheLastHandleMayBeClosedWhileTheOwnerEnds_A4_A6) {
  explore_both(unlimited, 4, {"closed before", "closed after"}, [] {
    auto mutex = std::make_unique<q::mutex>();
    q::auto_reset_event locked;
    bool ending = false;
    std::thread owner([&] {
      mutex->lock();
      locked.set();
    });
    static_cast<void>(q::wait(locked));
    ending = waiters_of::raw_word(*mutex) == q::object_word::abandoned;
    mutex.reset();
    reach(ending ? "closed after" : "closed before");
    owner.join();
  });
}

TEST(MutexScenario, MayBeDestroyedByTheNextOwnerWhileUnlockIsReturning_A4_A6) {
  explore_both(unlimited, 4, {"unlocked before", "handed over"}, [] {
    auto* const mutex = new q::mutex;
    q::auto_reset_event locked;
    std::thread owner([&] {
      mutex->lock();
      locked.set();
      mutex->unlock();
    });
    static_cast<void>(q::wait(locked));
    if (mutex->try_lock()) {
      reach("unlocked before");
    } else {
      mutex->lock();
      reach("handed over");
    }
    mutex->unlock();
    delete mutex;
    owner.join();
  });
}

}  // namespace
