#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "reactor/reactor.hpp"
#include "support/eventually.hpp"
#include "unit/reactor/counted_source.hpp"

namespace {

using quiesce::reactor::deadline_entry;
using quiesce::reactor::reactor;
using support::counted_source;
using support::eventually;

void on_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& one : threads) one.join();
}

// Stays on its processor: a thread that yields may stay away for long on a machine with other work.
void spin_for(std::chrono::nanoseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
  }
}

// An entry that counts its references: one of its owner, one of the expiry that may come.
class counted_entry final : public deadline_entry {
 public:
  counted_entry(std::atomic<int>& told, std::atomic<int>& alive) : told_(told), alive_(alive) { ++alive_; }

  void schedule(quiesce::deadline when) { reactor_->deadlines().schedule(*this, when); }
  // Returns whether the expiry was prevented.
  bool cancel_and_release() {
    const bool prevented = !settled_.exchange(true);
    reactor_->deadlines().cancel(*this);
    if (prevented) release();
    release();
    return prevented;
  }

  bool claim_expiry() noexcept override { return !settled_.exchange(true); }
  void tell_expiry() noexcept override {
    ++told_;
    release();
  }

 private:
  ~counted_entry() { --alive_; }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) delete this;
  }

  std::atomic<int> references_{2};
  std::atomic<bool> settled_{false};
  std::atomic<int>& told_;
  std::atomic<int>& alive_;
  reactor::reference reactor_ = reactor::acquire();
};

TEST(ReactorRace, AcquiringAndDroppingByManyThreads) {
  on_threads(4, [](int) {
    for (int round = 0; round < 300; ++round) {
      auto one = reactor::acquire();
      auto two = reactor::acquire();
      EXPECT_EQ(&*one, &*two);
    }
  });
}

TEST(ReactorRace, SourcesGoAtAnyMomentWhileTheyAreReady) {
  struct record {
    std::atomic<int> calls{0};
    std::atomic<bool> ended{false};
  };
  // In a callback, ends with it: that is when the source has ended.
  struct sentinel {
    explicit sentinel(std::shared_ptr<record> told) : tells(std::move(told)) {}
    ~sentinel() { tells->ended = true; }
    std::shared_ptr<record> tells;
  };
  on_threads(3, [](int thread) {
    for (int round = 0; round < 500; ++round) {
      const auto seen = std::make_shared<record>();
      auto source = counted_source::make([end = std::make_shared<sentinel>(seen)](counted_source& self, std::uint32_t) {
        self.drain();
        ++end->tells->calls;
      });
      source->signal();
      const bool must_be_told = (round + thread) % 3 != 0;
      if (must_be_told) {
        ASSERT_TRUE(eventually([&] { return seen->calls > 0; }));
      }
      source.reset();
      ASSERT_TRUE(eventually([&] { return seen->ended.load(); }));
      ASSERT_LE(seen->calls, 1);
    }
  });
}

// The kernel gives the number of a closed descriptor to the next one at once: a late event must not find that one.
TEST(ReactorRace, ALateEventOfAClosedDescriptorIsNotTakenForItsSuccessor) {
  const auto running = reactor::acquire();
  const auto wrong = std::make_shared<std::atomic<int>>(0);
  for (int round = 0; round < 2000; ++round) {
    counted_source::make([](counted_source&, std::uint32_t) {})->signal();
    const auto successor = counted_source::make([wrong](counted_source&, std::uint32_t) { ++*wrong; });
    std::this_thread::yield();
    ASSERT_EQ(*wrong, 0) << "round " << round;
  }
}

TEST(ReactorRace, CancellingAgainstExpiringEndsEachEntryExactlyOnce) {
  std::atomic<int> told{0};
  std::atomic<int> alive{0};
  std::atomic<int> prevented{0};
  constexpr int rounds = 2000;
  on_threads(3, [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      auto* const one = new counted_entry(told, alive);
      one->schedule(std::chrono::microseconds(round % 30));
      spin_for(std::chrono::nanoseconds((round * 13 + thread) % 60 * 500));
      if (one->cancel_and_release()) ++prevented;
    }
  });
  EXPECT_TRUE(eventually([&] { return alive == 0; }));
  EXPECT_EQ(told + prevented, 3 * rounds);
}

// The last reference of the reactor goes now on its thread, now outside, while others begin a new one.
TEST(ReactorRace, EitherSideMayDropTheLastReference) {
  std::atomic<int> told{0};
  std::atomic<int> alive{0};
  for (int round = 0; round < 300; ++round) {
    on_threads(2, [&](int thread) {
      auto* const one = new counted_entry(told, alive);
      one->schedule(std::chrono::microseconds((round + thread) % 20));
      for (int spin = (round * 7 + thread) % 40; spin > 0; --spin) std::this_thread::yield();
      one->cancel_and_release();
      const auto source = counted_source::make([](counted_source& self, std::uint32_t) { self.drain(); });
      source->signal();
    });
  }
  EXPECT_TRUE(eventually([&] { return alive == 0; }));
}

TEST(ReactorRace, ManyDeadlinesAreAllTold) {
  std::atomic<int> told{0};
  std::atomic<int> alive{0};
  constexpr int count = 20'000;
  std::vector<counted_entry*> entries;
  for (int i = 0; i < count; ++i) {
    entries.push_back(new counted_entry(told, alive));
    entries.back()->schedule(std::chrono::microseconds(i * 7919 % 5000));
  }
  EXPECT_TRUE(eventually([&] { return told == count; }));
  for (counted_entry* one : entries) EXPECT_FALSE(one->cancel_and_release());
  EXPECT_TRUE(eventually([&] { return alive == 0; }));
}

}  // namespace
