// Memory that is not there, and memory that was never handed out.
#include <gtest/gtest.h>

#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::options;
using explore::report;
using explore::verdict;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Through volatile variables, so that no compiler knows what is asked for and what is freed.
volatile std::size_t wanted;
void* volatile given;
int global_variable = 1;
thread_local int own_variable = 1;

void* take(std::size_t size) {
  wanted = size;
  return std::malloc(wanted);
}

void give_back(const void* memory) {
  given = const_cast<void*>(memory);
  std::free(given);
}

report explored(const char* name, void (*program)()) {
  options how;
  how.name = name;
  return check(program, how);
}

void expect_bad_free(void (*program)()) {
  const report found = explored("bad_free", program);
  EXPECT_EQ(found.kind, verdict::bad_free) << found;
  EXPECT_NE(found.text.find("was never allocated"), std::string::npos) << found;
  EXPECT_NE(found.where.find("memory_test.cpp:"), std::string::npos) << found.where;
}

}  // namespace

TEST(Memory, MoreThanAnExecutionHasRoomForIsNoFaultOfTheProgram) {
  const std::string sentence = "more than 512 MiB of memory in one execution";
  const report at_once = explored("large", [] { std::free(take(513 * mebibyte)); });
  EXPECT_EQ(at_once.kind, verdict::not_modelled) << at_once;
  EXPECT_NE(at_once.text.find(sentence), std::string::npos) << at_once;
  const report in_turn = explored("often", [] {
    void* made = nullptr;  // far from each other, so that nothing has to be filled
    for (int i = 0; i < 3; ++i) static_cast<void>(::posix_memalign(&made, 256 * mebibyte, 16));
  });
  EXPECT_EQ(in_turn.kind, verdict::not_modelled) << in_turn;
  EXPECT_NE(in_turn.text.find(sentence), std::string::npos) << in_turn;
}

TEST(Memory, WhatNoMachineCouldGiveIsRefusedToTheProgram) {
  const report found = explored("absurd", [] {
    for (const std::size_t size : {SIZE_MAX / 2, SIZE_MAX, (std::size_t{1} << 47) + 1}) {
      assert(take(size) == nullptr);
      bool is_thrown = false;
      try {
        ::operator delete(::operator new(size));
      } catch (const std::bad_alloc&) {
        is_thrown = true;
      }
      assert(is_thrown);
      assert(::operator new(size, std::nothrow) == nullptr);
    }
  });
  EXPECT_TRUE(found.passed() && found.complete) << found;
}

TEST(Memory, AVariableThatIsFreedIsABadFree) {
  expect_bad_free([] {
    int local = 1;
    give_back(&local);
  });
  expect_bad_free([] {
    std::thread([] {
      int local = 1;
      give_back(&local);
    }).join();
  });
  expect_bad_free([] { give_back(&global_variable); });
  int of_the_caller = 1;
  const report found = check([&] { give_back(&of_the_caller); }, {.name = "bad_free"});
  EXPECT_EQ(found.kind, verdict::bad_free) << found;
  expect_bad_free([] { give_back(&own_variable); });
  expect_bad_free([] { std::thread([] { give_back(&own_variable); }).join(); });
  expect_bad_free([] { give_back("a text"); });
  expect_bad_free([] {
    given = &global_variable;
    ::operator delete(given);
  });
  expect_bad_free([] {
    given = &global_variable;
    given = std::realloc(given, 100);
  });
}

TEST(Memory, APlaceWithinABlockThatIsFreedIsABadFree) {
  expect_bad_free([] { give_back(static_cast<char*>(take(64)) + 16); });
}

TEST(Memory, WhatLibcHasAllocatedIsFreedAsEver) {
  static void* const from_before = ::strdup("before");
  const report found = explored("libc", [] {
    give_back(::strdup("a text"));
    void* const again = std::realloc(::strdup("another"), 100);
    assert(std::strcmp(static_cast<char*>(again), "another") == 0);
    give_back(again);
    static_cast<void>(from_before);
  });
  EXPECT_TRUE(found.passed() && found.complete) << found;
}
