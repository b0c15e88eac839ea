// Ends of lives: of locks and of memory in which somebody waits, of threads, of thread-local and static variables.
#include <gtest/gtest.h>
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <cassert>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::verdict;

std::atomic<int> word;

report explore_it(const std::function<void()>& program, std::vector<std::string> reached = {}) {
  options how;
  how.name = "lifetime";
  how.must_reach = std::move(reached);
  return check(program, how);
}

void fails(const std::function<void()>& program, verdict expected, const char* text) {
  const report found = explore_it(program);
  EXPECT_EQ(found.kind, expected) << found;
  EXPECT_NE(found.text.find(text), std::string::npos) << found;
}

void is_right(const std::function<void()>& program) {
  const report found = explore_it(program);
  EXPECT_TRUE(found.passed() && found.complete) << found;
}

struct says_goodbye {
  int used = 0;
  ~says_goodbye() { word = 1; }
};

void* nothing(void*) { return nullptr; }

pthread_t create_thread(int state) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, state);
  pthread_t made;
  pthread_create(&made, &attributes, nothing, nullptr);
  pthread_attr_destroy(&attributes);
  return made;
}

}  // namespace

TEST(Lifetime, DestructorsOfThreadLocalVariablesAreStepsOfTheirThread) {
  const report found = explore_it(
      [] {
        std::thread other([] {
          thread_local says_goodbye own;
          own.used = 1;
        });
        if (word == 0) explore::reach("still there");
        if (word == 1) explore::reach("gone before the join");
        other.join();
        assert(word == 1);
      },
      {"still there", "gone before the join"});
  EXPECT_TRUE(found.passed() && found.complete) << found;
}

TEST(Lifetime, AThreadThatNobodyJoinsOrDetachesIsALeak) {
  fails([] { create_thread(PTHREAD_CREATE_JOINABLE); }, verdict::leak,
        "thread 1 has ended, and was neither joined nor detached");
  is_right([] { pthread_join(create_thread(PTHREAD_CREATE_JOINABLE), nullptr); });
  is_right([] { pthread_detach(create_thread(PTHREAD_CREATE_JOINABLE)); });
  is_right([] { create_thread(PTHREAD_CREATE_DETACHED); });
}

TEST(Lifetime, AThreadObjectThatIsDestroyedUnjoinedEndsTheProgram) {
  EXPECT_EQ(explore_it([] { std::thread([] {}); }).kind, verdict::terminated);
}

TEST(Lifetime, ASemaphoreIsNotDestroyedUnderWhoWaits) {
  const auto wait_and_destroy = [](bool posts) {
    static sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    std::thread other([] {
      word = 1;
      sem_wait(&semaphore);
    });
    const bool is_wrong = !posts && word == 1;
    if (is_wrong) sem_destroy(&semaphore);
    sem_post(&semaphore);
    other.join();
    sem_destroy(&semaphore);
  };
  fails([&] { wait_and_destroy(false); }, verdict::bad_use, "a semaphore is destroyed while thread 1 waits on it");
  is_right([&] { wait_and_destroy(true); });
}

TEST(Lifetime, MemoryIsNotFreedWithALockInItThatIsHeldOrWaitedFor) {
  fails(
      [] {
        auto shared = std::make_unique<std::shared_mutex>();
        shared->lock_shared();
        shared.reset();
      },
      verdict::bad_use, "memory is freed while thread 0 holds a lock in it");
  fails(
      [] {
        auto guard = std::make_unique<std::mutex>();
        guard->lock();
        std::thread other([&lock = *guard] { lock.lock(); });
        word = 1;
        guard.reset();
        other.join();
      },
      verdict::bad_use, "memory is freed while thread");
  fails(
      [] {
        auto semaphore = std::make_unique<sem_t>();
        sem_init(semaphore.get(), 0, 0);
        std::thread other([waited = semaphore.get()] {
          word = 1;
          sem_wait(waited);
        });
        const bool waits = word == 1;
        if (waits) semaphore.reset();
        if (!waits) sem_post(semaphore.get());
        other.join();
      },
      verdict::bad_use, "memory is freed while thread 1 waits on a synchronization object in it");
}

TEST(Lifetime, TheStackOfAThreadDoesNotEndUnderWhoWaits) {
  fails(
      [] {
        static std::atomic<sem_t*> place;
        std::thread other([] {
          sem_t semaphore;
          sem_init(&semaphore, 0, 0);
          place = &semaphore;
          if (word == 0) sem_post(&semaphore);
        });
        if (sem_t* const found = place) {
          word = 1;
          sem_wait(found);
        }
        other.join();
      },
      verdict::bad_use, "the stack of a thread ends while thread 0 waits on a synchronization object in it");
}

// Executions that differ only in which comes first, the end or the unlock, count as one.
TEST(Lifetime, TheStackOfAThreadDoesNotEndBeforeALockInItIsLeft) {
  const auto lend = [](bool waits_for_unlock) {
    static std::atomic<std::mutex*> place;
    static std::atomic<bool> is_done;
    place = nullptr;
    is_done = false;
    const auto tell = [] {
      is_done = true;
      is_done.notify_one();
    };
    std::thread other([] {
      std::mutex lent;
      place = &lent;
      place.notify_one();
      is_done.wait(false);
    });
    place.wait(nullptr);
    place.load()->lock();
    if (!waits_for_unlock) tell();
    place.load()->unlock();
    if (waits_for_unlock) tell();
    other.join();
  };
  fails([lend] { lend(false); }, verdict::use_after_free, "in no order");
  is_right([lend] { lend(true); });
}

TEST(Lifetime, AStaticVariableIsDestroyedUnderADetachedThread) {
  const auto read_table = [](bool joins) {
    static std::vector<int> table{1, 2, 3};
    std::thread reader([] {
      for (const int each : table) word += each;
    });
    if (joins) {
      reader.join();
    } else {
      reader.detach();
    }
  };
  EXPECT_EQ(explore_it([&] { read_table(false); }).kind, verdict::use_after_free);
  is_right([&] { read_table(true); });
}
