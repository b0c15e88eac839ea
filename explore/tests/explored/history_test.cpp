// Histories of operations, and the search for an order that explains their answers.
#include "explore/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "explore/explore.hpp"

namespace {

using explore::check;
using explore::history;
using explore::options;
using explore::report;
using explore::strategy;
using explore::verdict;

// Pushes numbers above zero; a pop of an empty queue gives zero.
struct plain_queue {
  struct operation {
    int pushed = 0;  // 0: a pop
  };
  using answer = int;

  int apply(const operation& what) {
    if (what.pushed != 0) {
      waiting.push_back(what.pushed);
      return 0;
    }
    if (waiting.empty()) return 0;
    const int first = waiting.front();
    waiting.pop_front();
    return first;
  }
  bool operator==(const plain_queue&) const = default;
  static std::string describe(const operation& what, const answer* got) {
    if (what.pushed != 0) return "push(" + std::to_string(what.pushed) + ")" + (got == nullptr ? " without end" : "");
    return "pop()" + (got == nullptr ? " without end" : " -> " + std::to_string(*got));
  }

  std::deque<int> waiting;
};

using recorded = explore::recorded_operation<plain_queue>;
constexpr std::uint64_t never = explore::recording::interval::never;

// A pop that meets a place whose number is still on its way takes the queue for empty.
class hasty_queue {
 public:
  void push(int number) { place_[end_.fetch_add(1)] = number; }
  int pop() {
    for (;;) {
      std::size_t at = begin_;
      if (at == end_ || place_[at] == 0) return 0;
      if (begin_.compare_exchange_strong(at, at + 1)) return place_[at];
    }
  }

 private:
  std::array<std::atomic<int>, 8> place_{};
  std::atomic<std::size_t> begin_{0}, end_{0};
};

class locked_queue {
 public:
  void push(int number) {
    const std::lock_guard hold(guard_);
    plain_.apply({number});
  }
  int pop() {
    const std::lock_guard hold(guard_);
    return plain_.apply({});
  }

 private:
  std::mutex guard_;
  plain_queue plain_;
};

template <class Queue>
void push_and_pop() {
  Queue queue;
  history<plain_queue> all;
  const auto push = [&](int number) { all.record({number}, [&] { return queue.push(number), 0; }); };
  const auto pop = [&] { all.record({}, [&] { return queue.pop(); }); };
  std::thread other([&] { push(1), pop(); });
  push(2), pop();
  other.join();
  all.check();
}

options named(const char* name, strategy by = strategy::automatic) {
  options how;
  how.name = name;
  how.search = by;
  return how;
}

// --- The search for an order against all orders ---------------------------------------------------------------------

bool is_an_order(const std::vector<recorded>& given, const std::vector<std::size_t>& order) {
  plain_queue queue;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t k = i + 1; k < order.size(); ++k) {
      const recorded& first = given[order[i]];
      const recorded& second = given[order[k]];
      if (second.time.last < first.time.first || (first.thread == second.thread && order[k] < order[i])) return false;
    }
    const int answer = queue.apply(given[order[i]].what);
    if (given[order[i]].got && answer != *given[order[i]].got) return false;
  }
  return true;
}

bool has_an_order(const std::vector<recorded>& given) {
  for (unsigned chosen = 0; chosen < 1U << given.size(); ++chosen) {
    std::vector<std::size_t> order;
    bool has_all = true;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if ((chosen >> i & 1U) != 0) {
        order.push_back(i);
      } else if (given[i].got) {
        has_all = false;
      }
    }
    if (!has_all) continue;
    do {
      if (is_an_order(given, order)) return true;
    } while (std::next_permutation(order.begin(), order.end()));
  }
  return false;
}

std::vector<recorded> random_history(std::mt19937& dice) {
  std::vector<recorded> made;
  std::array<std::uint64_t, 3> time{};
  std::array<bool, 3> waits{};
  int pushed = 0;
  const auto random = [&](unsigned below) { return static_cast<unsigned>(dice() % below); };
  for (unsigned count = 2 + random(5); count != 0; --count) {
    const unsigned thread = random(3);
    if (waits[thread]) continue;
    recorded next{};
    next.thread = thread;
    if (random(2) == 0) next.what.pushed = ++pushed;
    next.time.first = time[thread] + 1 + random(3);
    next.time.last = time[thread] = next.time.first + random(4);
    if (random(8) == 0) {
      next.time.last = never;
      waits[thread] = random(2) == 0;  // else it threw, and its thread goes on
    } else {
      next.got = next.what.pushed != 0 ? 0 : static_cast<int>(random(static_cast<unsigned>(pushed) + 1));
    }
    made.push_back(next);
  }
  return made;
}

}  // namespace

TEST(History, TheOperationThatFitsNowhereIsNamed) {
  const std::vector<recorded> given{{{1}, 0, 0, {1, 2}}, {{2}, 0, 1, {3, 4}}, {{}, 2, 0, {5, 6}}, {{}, 0, 1, {7, 8}}};
  const std::string text = explore::misfit<plain_queue>(given, {});
  EXPECT_NE(text.find("main: push(1), pop() -> 2\nthread 1: push(2), pop() -> 0\n"), std::string::npos) << text;
  const std::vector<recorded> taken_twice{{{1}, 0, 0, {1, 2}}, {{}, 1, 1, {3, 8}}, {{}, 1, 0, {4, 7}}};
  EXPECT_NE(explore::misfit<plain_queue>(taken_twice, {})
                .find("pop() -> 1 of main fits nowhere; the others, in order: push(1), pop() -> 1\n"),
            std::string::npos)
      << explore::misfit<plain_queue>(taken_twice, {});
}

TEST(History, AnOperationWithoutEndMayHaveHadItsEffect) {
  EXPECT_EQ(explore::misfit<plain_queue>({{{1}, std::nullopt, 0, {1, never}}, {{}, 1, 1, {2, 3}}}, {}), "");
  EXPECT_EQ(explore::misfit<plain_queue>({{{1}, std::nullopt, 0, {1, never}}, {{}, 0, 1, {2, 3}}}, {}), "");
  EXPECT_NE(explore::misfit<plain_queue>({{{1}, std::nullopt, 0, {4, never}}, {{}, 1, 1, {2, 3}}}, {}), "")
      << "it had not begun";
}

TEST(History, AnOperationThatThrewMayHaveHadNoEffectBeforeTheNextOfItsThread) {
  EXPECT_EQ(explore::misfit<plain_queue>({{{1}, std::nullopt, 0, {1, never}}, {{}, 0, 0, {2, 3}}}, {}), "");
  EXPECT_EQ(explore::misfit<plain_queue>({{{1}, std::nullopt, 0, {1, never}}, {{}, 1, 0, {2, 3}}}, {}), "");
  EXPECT_NE(
      explore::misfit<plain_queue>({{{1}, std::nullopt, 0, {1, never}}, {{}, 0, 0, {2, 3}}, {{}, 1, 0, {4, 5}}}, {}),
      "")
      << "its effect cannot come after the next operation";
}

TEST(History, AnOrderIsFoundExactlyWhereOneIs) {
  std::mt19937 dice(20);
  unsigned with = 0;
  unsigned without = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::vector<recorded> given = random_history(dice);
    const bool expected = has_an_order(given);
    const std::string text = explore::misfit<plain_queue>(given, {});
    ASSERT_EQ(text.empty(), expected) << text;
    ++(expected ? with : without);
  }
  EXPECT_GT(with, 400U);
  EXPECT_GT(without, 400U);
}

TEST(History, OfTheFullLengthIsChecked) {
  std::vector<recorded> given;
  for (unsigned i = 0; i < 64; ++i) given.push_back({{static_cast<int>(i % 8 + 1)}, 0, i, {1, 2}});
  EXPECT_EQ(explore::misfit<plain_queue>(given, {}), "");
}

TEST(History, AQueueThatTakesItselfForEmptyIsFound) {
  for (const strategy each : {strategy::exhaustive, strategy::bounded, strategy::random}) {
    const report found = check(push_and_pop<hasty_queue>, named("hasty", each));
    ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
    EXPECT_NE(found.text.find("fits nowhere"), std::string::npos) << found;
    EXPECT_NE(found.where.find("history_test.cpp:"), std::string::npos) << found.where;
    options again = named("hasty");
    again.replay = found.schedule;
    EXPECT_EQ(check(push_and_pop<hasty_queue>, again).kind, verdict::failed_assertion);
  }
}

TEST(History, AQueueWithAMutexIsRight) {
  const report found = check(push_and_pop<locked_queue>, named("locked"));
  EXPECT_TRUE(found.passed() && found.complete) << found;
}

// Its add() and its read() touch different words.
struct counter {
  enum class operation { add, read };
  using answer = int;
  answer apply(operation what) { return what == operation::add ? value++ : value; }
  bool operator==(const counter&) const = default;
  static std::string describe(operation what, const answer* got) {
    const std::string call = what == operation::add ? "add()" : "read()";
    return got == nullptr ? call : call + " -> " + std::to_string(*got);
  }
  int value = 0;
};

template <bool LooksAtBoth>
void add_and_read() {
  std::atomic<int> mine{0}, other{0};
  history<counter> all;
  std::thread adder([&] { all.record(counter::operation::add, [&] { return mine++; }); });
  all.record(counter::operation::read, [&] { return other + (LooksAtBoth ? mine.load() : 0); });
  adder.join();
  all.check();
}

TEST(History, AnAnswerThatIsWrongOnlySinceAnotherOperationHadEndedIsFound) {
  const report found = check(add_and_read<false>, named("shards"));
  ASSERT_EQ(found.kind, verdict::failed_assertion) << found;
  const std::size_t ends = found.text.find("operation ends, history 1");
  EXPECT_NE(ends, std::string::npos) << found;
  EXPECT_LT(ends, found.text.rfind("operation begins, history 1")) << found;
  const report right = check(add_and_read<true>, named("shards"));
  EXPECT_TRUE(right.passed() && right.complete) << right;
}

// Beginnings commute, and so do ends; an end and a beginning do not.
TEST(History, TheReductionLeavesNoOrderOfOperationsOut) {
  const auto program = [] {
    history<counter> all;
    const auto read = [&] { all.record(counter::operation::read, [] { return 0; }); };
    std::thread other(read);
    read();
    other.join();
    all.check();
  };
  const report reduced = check(program, named("reads", strategy::exhaustive));
  const report plain = check(program, named("reads", strategy::depth_first));
  ASSERT_TRUE(reduced.complete && plain.complete) << reduced << plain;
  EXPECT_EQ(reduced.states, 3U) << "the one before the other, the other before the one, both at once";
  EXPECT_EQ(reduced.executions, 3U);
  EXPECT_EQ(plain.states, reduced.states);
  EXPECT_EQ(plain.digest, reduced.digest);
}

TEST(History, WhatWasRecordedBeforeTheExplorationCameBeforeIt) {
  history<counter> all;
  std::atomic<int> value{0};
  const auto add = [&] { all.record(counter::operation::add, [&] { return value++; }); };
  for (int i = 0; i < 20; ++i) add();
  const report found = check(
      [&] {
        std::thread other(add);
        all.record(counter::operation::read, [&] { return value.load(); });
        other.join();
        all.check();
      },
      named("before"));
  EXPECT_TRUE(found.passed() && found.complete) << found;
}

TEST(History, RecordingOrdersNothing) {
  const report found = check(
      [] {
        static int plain = 0;
        history<plain_queue> all;
        std::thread other([&] {
          plain = 1;
          all.record({1}, [] { return 0; });
        });
        all.record({}, [] { return 0; });
        ++plain;
        other.join();
      },
      named("unordered"));
  EXPECT_EQ(found.kind, verdict::data_race) << found;
}

TEST(History, IsNoRaceThoughNobodyWaitsForWhoRecords) {
  const report found = check(
      [] {
        static history<plain_queue> all;
        std::thread([] { all.record({1}, [] { return 0; }); }).detach();
        all.record({2}, [] { return 0; });
      },
      named("detached"));
  EXPECT_TRUE(found.passed()) << found;
}

// One operation has ended before the other one begins, in each execution.
TEST(History, TheOrderOfTimeIsThatOfSteps) {
  const report found = check(
      [] {
        history<plain_queue> all;
        std::thread other([&] { all.record({1}, [] { return 0; }); });
        other.join();
        all.record({}, [] { return 0; });
        all.check();
      },
      named("time"));
  EXPECT_EQ(found.kind, verdict::failed_assertion) << found;
}

TEST(History, MoreOperationsThanItHasRoomForAreRefused) {
  const report found = check(
      [] {
        history<plain_queue> all;
        for (int i = 0; i < 65; ++i) all.record({1}, [] { return 0; });
      },
      named("many"));
  EXPECT_EQ(found.kind, verdict::failed_assertion);
  EXPECT_NE(found.text.find("a history has room for 64 operations"), std::string::npos) << found;
}

TEST(History, WorksWithoutTheExplorer) {
  locked_queue queue;
  history<plain_queue> all;
  const auto use = [&](int number) {
    for (int i = 0; i < 4; ++i) {
      all.record({number + i}, [&] { return queue.push(number + i), 0; });
      all.record({}, [&] { return queue.pop(); });
    }
  };
  std::thread first(use, 10);
  std::thread second(use, 20);
  first.join();
  second.join();
  all.check();
}
