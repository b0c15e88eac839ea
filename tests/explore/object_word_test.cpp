// The lock of an object's queue, its references, and a look at it without either, under the interleavings of two or three threads.
#include <cassert>
#include <mutex>
#include <string>
#include <thread>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/event_object.hpp"
#include "quiesce/wait.hpp"
#include "scenario.hpp"
#include "wait/queue_lock.hpp"

namespace {

namespace q = quiesce;
using explore::reach;
using scenario::explore_both;
using scenario::unlimited;

TEST(QueueLockScenario, OneOfTwoThreadsHoldsItAtATime) {
  explore_both(unlimited, unlimited, {"done"}, [] {
    q::event_object object(q::event_word::reset::automatic, false);
    int count = 0;
    const auto work = [&] {
      const q::queue_lock lock(object);
      ++count;
    };
    std::thread other(work);
    work();
    other.join();
    assert(count == 2);
    reach("done");
  });
}

TEST(QueueLockScenario, EachOfThreeThreadsGetsIt) {
  explore_both(4, 4, {"done"}, [] {
    q::event_object object(q::event_word::reset::automatic, false);
    int count = 0;
    const auto work = [&] {
      const q::queue_lock lock(object);
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

TEST(QueueLockScenario, ASignalThatIsStoredWhileItIsHeldStays) {
  explore_both(unlimited, unlimited, {"signalled"}, [] {
    q::auto_reset_event event;
    std::thread other([&] {
      const q::queue_lock lock(*q::handle_ref(event).object());
      assert(lock.count_waiters() == 0);
    });
    event.set();
    other.join();
    assert(q::try_wait(event));
    reach("signalled");
  });
}

TEST(QueueLockScenario, ANameMayBeReadWhileItIsGivenAnew) {
  explore_both(unlimited, unlimited, {"the old one", "the new one"}, [] {
    q::auto_reset_event event;
    q::waitable& object = *q::handle_ref(event).object();
    event.set_name("old");
    std::thread other([&] { event.set_name("new"); });
    reach(object.name() == "old" ? "the old one" : "the new one");
    other.join();
    assert(object.name() == "new");
  });
}

/// Says what it sees at its end.
class probe final : public q::event_object {
 public:
  explicit probe(int& sum) : event_object(q::event_word::reset::automatic, false), sum_(sum) {}
  int written[3] = {};

 private:
  ~probe() override { sum_ = written[0] + written[1] + written[2]; }
  int& sum_;
};

TEST(ReferenceScenario, TheLastOfThreeOwnersDestroysTheObjectAndSeesTheWorkOfTheOthers_A4) {
  explore_both(unlimited, unlimited, {"destroyed"}, [] {
    int sum = 0;
    auto* const object = new probe(sum);
    object->add_reference();
    object->add_reference();
    const auto own = [&](int which) {
      object->written[which] = 1;
      object->release();
    };
    std::thread first(own, 0);
    std::thread second(own, 1);
    own(2);
    first.join();
    second.join();
    assert(sum == 3);
    reach("destroyed");
  });
}

/// An object that a list knows without owning it: it leaves the list when its last owner has gone.
class listed final : public q::event_object {
 public:
  listed(std::mutex& lock, listed*& place)
      : event_object(q::event_word::reset::automatic, false), lock_(lock), place_(place) {
    place_ = this;
  }

 private:
  void last_reference_dropped() noexcept override {
    {
      const std::lock_guard hold(lock_);
      place_ = nullptr;
    }
    delete this;
  }

  std::mutex& lock_;
  listed*& place_;
};

TEST(ReferenceScenario, OneWhoFindsAnObjectInAListGetsItWholeOrNotAtAll_A4) {
  explore_both(unlimited, unlimited, {"got it", "found it ended", "found nothing"}, [] {
    std::mutex lock;
    listed* place = nullptr;
    auto* const object = new listed(lock, place);
    std::thread owner([&] { object->release(); });
    listed* mine = nullptr;
    {
      const std::lock_guard hold(lock);
      if (place == nullptr) {
        reach("found nothing");
      } else if (place->try_add_reference()) {
        mine = place;
      } else {
        reach("found it ended");
      }
    }
    if (mine != nullptr) {
      reach("got it");
      mine->set();
      assert(mine->try_take() == q::take_outcome::taken);
      mine->release();
    }
    owner.join();
    assert(place == nullptr);
  });
}

class looked_at : public q::event_object {
 public:
  looked_at() noexcept : event_object(q::event_word::reset::manual, false) {}
  using event_object::is_signalled;
};

TEST(EventScenario, WhoSeesThatItIsSignalledSeesWhatPrecededTheSet) {
  explore_both(unlimited, unlimited, {"seen", "not yet"}, [] {
    looked_at event;
    int data = 0;
    std::thread signaller([&] {
      data = 1;
      event.set();
    });
    const bool is_seen = event.is_signalled();
    if (is_seen) assert(data == 1);
    reach(is_seen ? "seen" : "not yet");
    signaller.join();
  });
}

}  // namespace
