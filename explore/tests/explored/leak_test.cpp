// Memory that is left at the end of an execution.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <locale>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

// Of external linkage: the optimizer must not find that nobody reads them.
namespace leaks_test {

struct node {
  node* next = nullptr;
  std::array<char, 40> rest{};
};

node* list;
char* inside;
thread_local node* own;
std::exception_ptr kept_exception;
pthread_t known_thread;
pthread_t* known_threads;

}  // namespace leaks_test

namespace {

using namespace leaks_test;
using explore::check;
using explore::options;
using explore::report;
using explore::verdict;

std::atomic<int> word;

report explore_leaks(const std::function<void()>& program) {
  options how;
  how.name = "leaks";
  return check(program, how);
}

void in_thread(const std::function<void()>& what) {
  std::thread other(what);
  other.join();
}

// Not inlined, or the optimizer would find that nobody needs the memory.
[[gnu::noinline]] void* lose(std::size_t size) { return std::malloc(size); }
[[gnu::noinline]] void* lose_by_realloc() { return std::realloc(nullptr, 0); }
[[gnu::noinline]] node* make_node(node* next) { return new node{next}; }

void leaks(const std::function<void()>& program, const char* expected_text = "") {
  const report found = explore_leaks(program);
  EXPECT_EQ(found.kind, verdict::leak) << found;
  EXPECT_NE(found.text.find(expected_text), std::string::npos) << found;
}

void leaks_nothing(const std::function<void()>& program) {
  const report found = explore_leaks(program);
  EXPECT_TRUE(found.passed() && found.complete) << found;
}

}  // namespace

TEST(Leak, ABlockToWhichNothingPointsIsReportedWithItsPlaceAndReplayed) {
  const auto program = [] { in_thread([] { lose(123); }); };
  const report found = explore_leaks(program);
  ASSERT_EQ(found.kind, verdict::leak) << found;
  EXPECT_NE(found.text.find("123 bytes of memory are left at the end"), std::string::npos) << found;
  EXPECT_NE(found.text.find("allocated by thread 1"), std::string::npos) << found;
  EXPECT_NE(found.where.find("leak_test.cpp:"), std::string::npos) << found.where;
  options again;
  again.name = "leaks";
  again.replay = found.schedule;
  EXPECT_EQ(check(program, again).kind, verdict::leak);
}

TEST(Leak, TheFirstBlockOfAChainIsNamedAndTheOthersAreCounted) {
  leaks([] { make_node(make_node(make_node(nullptr))); }, "so are 2 other blocks");
  leaks([] { lose(1), lose(2); },
        "1 byte of memory is left at the end, and nothing points to it any more; so is 1 other block\n");
}

TEST(Leak, BlocksThatPointToEachOtherAreLost) {
  leaks([] {
    struct ring {
      std::shared_ptr<ring> other;
    };
    const auto first = std::make_shared<ring>();
    first->other = std::make_shared<ring>();
    first->other->other = first;
  });
}

TEST(Leak, OnlySomeInterleavingsLoseIt) {
  const report found = explore_leaks([] {
    static std::atomic<int*> place;
    std::thread other([] { delete place.exchange(nullptr); });
    place = new int(1);
    other.join();
    place = nullptr;
  });
  EXPECT_EQ(found.kind, verdict::leak) << found;
}

TEST(Leak, ItsPlaceIsKnownThoughManyBlocksCameBefore) {
  const report found = explore_leaks([] {
    for (int i = 0; i < 2000; ++i) std::free(lose(8));
    lose(77);
  });
  EXPECT_EQ(found.kind, verdict::leak) << found;
  EXPECT_NE(found.text.find("77 bytes"), std::string::npos) << found;
  EXPECT_NE(found.where.find("leak_test.cpp:"), std::string::npos) << found.where;
}

TEST(Leak, ReallocToNoBytesFrees) {
  leaks_nothing([] {
    void* const first = std::realloc(lose(10), 0);
    void* const second = ::reallocarray(lose(10), 0, 8);
    assert(first == nullptr && second == nullptr);
  });
  leaks([] { lose_by_realloc(); }, "0 bytes");
}

TEST(Leak, WhatAVariableLeadsToIsNone) {
  leaks_nothing([] {
    list = new node;
    list->next = new node;
    list->next->next = new node;
  });
  leaks_nothing([] { own = new node; });
  leaks_nothing([] { inside = static_cast<char*>(lose(100)) + 50; });
  leaks_nothing([] {
    static const std::map<int, std::string> table{{1, std::string(100, 'a')}, {2, "b"}};
    in_thread([] { assert(table.at(1).size() == 100); });
  });
}

TEST(Leak, TheVariablesOfAThreadEndWithIt) {
  leaks([] { in_thread([] { own = new node; }); }, "allocated by thread 1");
  leaks_nothing([] {
    in_thread([] {
      thread_local std::vector<int> numbers(10, word.load());
      assert(numbers.size() == 10);
    });
  });
}

TEST(Leak, MemoryFromBeforeTheExplorationMayKeepIt) {
  std::vector<void*> kept(1);
  leaks_nothing([&kept] { kept[0] = lose(10); });
  const auto shared = std::make_shared<void*>();
  leaks_nothing([shared] { *shared = lose(10); });
}

TEST(Leak, MemoryThatWasMappedBeforeMayKeepIt) {
  std::vector<void*> kept(20'000);  // so many that malloc() maps them
  leaks_nothing([&kept] { kept[10'000] = lose(10); });
}

TEST(Leak, TheWholeStackOfTheCallerMayKeepIt) {
  std::array<void*, 20'000> kept{};
  leaks_nothing([&kept] { kept.back() = lose(10); });
}

TEST(Leak, MemoryThatTheProgramMapsMayKeepIt) {
  leaks_nothing([] {
    constexpr std::size_t size = 1 << 16;
    void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static_cast<void**>(mapped)[100] = lose(10);
  });
}

TEST(Leak, AnExceptionThatAThreadHasThrownMayBeKept) {
  leaks_nothing([] {
    in_thread([] {
      try {
        throw std::runtime_error("kept, with a text that is too long for the string itself");
      } catch (...) {
        kept_exception = std::current_exception();
      }
    });
  });
}

TEST(Leak, AThreadThatCouldStillBeJoinedIsNone) {
  const auto begin = [](pthread_t* id) {
    pthread_create(
        id, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  };
  leaks_nothing([begin] { begin(&known_thread); });
  leaks_nothing([begin] {
    known_threads = new pthread_t[2];
    begin(known_threads + 1);
  });
  leaks(
      [begin] {
        pthread_t lost;
        begin(&lost);
      },
      "thread 1 has ended, and was neither joined nor detached");
}

TEST(Leak, WhatTheLibrariesKeepForThemselvesIsNone) {
  leaks_nothing([] {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << 1.5 << std::string(100, 'x') << std::hex << 17;
    std::stringstream numbers("1 2");
    int read = 0;
    numbers >> read;
    std::FILE* const file = std::fopen("/dev/null", "w");
    std::fprintf(file, "%d %s", read, text.str().c_str());
    try {
      throw std::runtime_error("thrown");
    } catch (const std::exception&) {
    }
    std::promise<int> promise;
    auto later = promise.get_future();
    std::thread other([&promise] { promise.set_value(1); });
    assert(later.get() == 1);
    other.join();
  });
}

TEST(Leak, NothingIsSaidAfterAnEarlyExitOrWhenNotWanted) {
  leaks_nothing([] {
    const auto owner = std::make_unique<node>();
    in_thread([] {});
    std::exit(0);
  });
  options how;
  how.executions = 100;
  EXPECT_TRUE(check([] { in_thread([] { std::exit(0); }), lose(1); }, how).passed());
  how.leaks = false;
  const report found = check([] { lose(1); }, how);
  EXPECT_TRUE(found.passed()) << found;
  EXPECT_NE(found.text.find("leaks;"), std::string::npos) << found;
}
