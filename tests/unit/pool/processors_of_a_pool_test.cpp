// How many workers a pool has by default, where the process may not use all processors.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <source_location>
#include <string>
#include <thread>
#include <utility>

#include "os/affinity.hpp"
#include "pool/pool_core.hpp"
#include "pool/pool_settings.hpp"
#include "quiesce/thread_pool.hpp"
#include "support/group_files.hpp"

namespace {

namespace q = quiesce;

unsigned processors_of_the_mask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  return ::sched_getaffinity(0, sizeof mask, &mask) == 0 ? static_cast<unsigned>(CPU_COUNT(&mask)) : 0;
}

// What thread_pool makes of its default options, with the quota of other files.
class ProcessorsOfAPool : public testing::Test {
 protected:
  ProcessorsOfAPool() {
    files_.second_version("/service");
    root = files_.root();
  }

  void quota(const std::string& text) const { files_.file("/sys/fs/cgroup/service/cpu.max", text); }

  static q::pool_settings settings() {
    return q::pool_settings::from(
        {}, [] { return q::os::usable_processors(root); }, std::source_location::current());
  }
  static bool has_workers(unsigned number) {
    q::pool_core& pool = q::pool_core::create(settings());
    // All that it starts with are counted by then, also those that have not begun.
    const std::size_t threads = pool.counts().threads;
    pool.stop_until(q::never);
    pool.release();
    return threads == number;
  }

  support::group_files files_;
  static inline std::string root;  // a pool is told the number by a plain function
};

// oneTBB#2056: a quota of one processor left no worker, and the first wait hung.
TEST_F(ProcessorsOfAPool, UnderAQuotaAreThoseOfTheQuotaRoundedUp_C12) {
  const unsigned allowed = processors_of_the_mask();
  ASSERT_NE(allowed, 0u);
  for (const auto& [text, granted] :
       {std::pair{"50000 100000", 1u}, {"100000 100000", 1u}, {"150000 100000", 2u}, {"300000 100000", 3u}}) {
    quota(text);
    EXPECT_EQ(settings().running, std::min(granted, allowed)) << text;
    EXPECT_TRUE(has_workers(std::min(granted, allowed))) << text;
  }
}

TEST_F(ProcessorsOfAPool, WithoutAQuotaAreThoseOfTheMask_C12) {
  quota("max 100000");
  EXPECT_EQ(settings().running, processors_of_the_mask());
  EXPECT_TRUE(has_workers(processors_of_the_mask()));
}

TEST_F(ProcessorsOfAPool, OfAThreadThatIsBoundToOneAreOne_C12) {
  quota("300000 100000");
  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(settings().running, 1u);
    EXPECT_TRUE(has_workers(1));
    EXPECT_EQ(q::thread_pool().counts().threads, 1u) << "whatever the quota of the tests is";
  }).join();
}

}  // namespace
