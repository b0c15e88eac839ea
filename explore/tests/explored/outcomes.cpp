#include "outcomes.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <thread>

namespace litmus {
namespace {

constexpr unsigned most_digits = most_registers + 2;
constexpr std::size_t places = 1U << (2 * most_digits);  // values are 0 to 3

/// In memory that outlives the process that explores.
bool* seen_in_all_processes() {
  static void* const shared = ::mmap(nullptr, places, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::bad_alloc();
  return static_cast<bool*>(shared);
}

// No step, and nothing that the explorer puts back.
[[gnu::no_sanitize("thread")]] void enter(bool* seen, const program& what, int last_x, int last_y) {
  std::size_t number = 0;
  for (unsigned i = 0; i < what.registers; ++i) number = number * 4 + static_cast<unsigned>(r[i]);
  if (what.has_finals) number = (number * 4 + static_cast<unsigned>(last_x)) * 4 + static_cast<unsigned>(last_y);
  seen[number] = true;
}

std::string text_of(std::size_t number, unsigned digits) {
  std::string text(digits, '0');
  for (; digits != 0; number /= 4) text[--digits] = static_cast<char>('0' + number % 4);
  return text;
}

}  // namespace

explore::options with_weak_memory() {
  explore::options how;
  how.name = "litmus";
  how.search = explore::strategy::exhaustive;
  how.memory = explore::memory_model::weak;
  how.stale_reads = UINT32_MAX;
  how.time = std::chrono::milliseconds(60'000);
  return how;
}

answer explore_all(const program& what, explore::options how) {
  bool* const seen = seen_in_all_processes();
  for (std::size_t i = 0; i < places; ++i) seen[i] = false;
  answer got;
  got.found = explore::check(
      [&what, seen] {
        std::vector<std::thread> threads;
        threads.reserve(what.threads.size());
        for (const thread each : what.threads) threads.emplace_back(each);
        for (std::thread& each : threads) each.join();
        enter(seen, what, x, y);
      },
      how);
  const unsigned digits = what.registers + (what.has_finals ? 2 : 0);
  for (std::size_t i = 0; i < places; ++i) {
    if (seen[i]) got.seen.insert(text_of(i, digits));
  }
  return got;
}

outcomes all_but(unsigned digits, const outcomes& missing, unsigned base) {
  outcomes all{""};
  for (unsigned i = 0; i < digits; ++i) {
    outcomes longer;
    for (const std::string& each : all) {
      for (unsigned digit = 0; digit < base; ++digit) longer.insert(each + static_cast<char>('0' + digit));
    }
    all = longer;
  }
  for (const std::string& each : missing) all.erase(each);
  return all;
}

void expect(const program& what, const outcomes& expected, unsigned long executions) {
  explore::options how = with_weak_memory();
  const answer reduced = explore_all(what, how);
  EXPECT_TRUE(reduced.found.passed()) << reduced.found;
  EXPECT_TRUE(reduced.found.complete) << reduced.found;
  EXPECT_EQ(reduced.seen, expected);
  EXPECT_EQ(reduced.found.executions, reduced.found.states) << reduced.found;
  if (executions != 0) {
    EXPECT_EQ(reduced.found.executions, executions) << reduced.found;
  }
  how.search = explore::strategy::depth_first;
  how.executions = 20'000;
  const answer plain = explore_all(what, how);
  EXPECT_TRUE(plain.found.passed()) << plain.found;
  if (!plain.found.complete) return;  // too large without the reduction
  EXPECT_EQ(plain.seen, expected);
  EXPECT_EQ(plain.found.states, reduced.found.states);
  EXPECT_EQ(plain.found.digest, reduced.found.digest);
}

}  // namespace litmus
