// Memory that is left at the end of an execution.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cstdlib>
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
