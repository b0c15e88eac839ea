#include "os/affinity.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <thread>

namespace {

using quiesce::os::usable_processors;

TEST(Affinity, AtLeastOneAndNotMoreThanThereAre) {
  EXPECT_GE(usable_processors(), 1u);
  EXPECT_LE(static_cast<long>(usable_processors()), ::sysconf(_SC_NPROCESSORS_CONF));
}

TEST(Affinity, AThreadBoundToOneProcessorHasOne) {
  unsigned seen = 0;
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    if (::sched_setaffinity(0, sizeof one, &one) == 0) seen = usable_processors();
  }).join();
  EXPECT_EQ(seen, 1u);
}

}  // namespace
