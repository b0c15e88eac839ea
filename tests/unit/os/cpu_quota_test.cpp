#include "os/cpu_quota.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/group_files.hpp"

namespace {

using quiesce::os::cpu_quota;
using quiesce::os::find_cpu_quota;

class CpuQuota : public testing::Test {
 protected:
  void file(const std::string& name, const std::string& text) const { files_.file(name, text); }
  void second_version(const std::string& group, const std::string& shown = "/") const {
    files_.second_version(group, shown);
  }
  void first_version(const std::string& group) const {
    file("/proc/self/cgroup", "5:cpuset:/elsewhere\n4:cpu,cpuacct:" + group + "\n0::/\n");
    file("/proc/self/mountinfo",
         "33 31 0:31 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"
         "32 31 0:29 / /cg/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n");
  }
  void first_version_quota(const std::string& group, const std::string& quota, const std::string& period) const {
    file("/cg/cpu" + group + "/cpu.cfs_quota_us", quota + "\n");
    file("/cg/cpu" + group + "/cpu.cfs_period_us", period + "\n");
  }
  // 0: no quota.
  unsigned found() const {
    const cpu_quota quota = find_cpu_quota(files_.root());
    return quota.is_limited ? quota.processors : 0;
  }

  support::group_files files_;
};

TEST_F(CpuQuota, IsThatOfTheOwnGroup_C12) {
  second_version("/service");
  file("/sys/fs/cgroup/service/cpu.max", "300000 100000\n");
  EXPECT_EQ(found(), 3u);
}

TEST_F(CpuQuota, IsRoundedUpAndNeverZero_C12) {
  second_version("/service");
  for (const auto& [text, processors] : {std::pair{"250000 100000", 3u},
                                         {"100001 100000", 2u},
                                         {"100000 100000", 1u},
                                         {"1000 100000", 1u},
                                         {"1 1000000", 1u}}) {
    file("/sys/fs/cgroup/service/cpu.max", text);
    EXPECT_EQ(found(), processors) << text;
  }
}

TEST_F(CpuQuota, IsTheLowestOnTheWayToTheRoot_C12) {
  second_version("/a/b/c");
  file("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
  EXPECT_EQ(found(), 0u);
  file("/sys/fs/cgroup/cpu.max", "500000 100000\n");
  EXPECT_EQ(found(), 5u);
  file("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(found(), 2u);
  file("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
  EXPECT_EQ(found(), 2u);
  file("/sys/fs/cgroup/other/cpu.max", "100000 100000\n");
  EXPECT_EQ(found(), 2u) << "the quota of a group that it is not in";
}

TEST_F(CpuQuota, OfTheFirstVersionIsFoundInTheTreeOfItsController_C12) {
  first_version("/jobs/one");
  first_version_quota("/jobs/one", "-1", "100000");
  first_version_quota("/jobs", "350000", "100000");
  first_version_quota("", "-1", "100000");
  EXPECT_EQ(found(), 4u);
  first_version_quota("/jobs/one", "20000", "10000");
  EXPECT_EQ(found(), 2u);
}

TEST_F(CpuQuota, OfAContainerThatSeesOnlyItsOwnGroupIsFoundAtTheTop_C12) {
  second_version("/machine/box/inner", "/machine/box");
  file("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(found(), 2u);
  file("/sys/fs/cgroup/inner/cpu.max", "100000 100000\n");
  EXPECT_EQ(found(), 1u);
  second_version("/../outside");
  EXPECT_EQ(found(), 2u) << "a group above the one that is shown as root";
  for (const char* const elsewhere : {"/another/one/inner", "/x"}) {
    second_version(elsewhere, "/machine/box");
    EXPECT_EQ(found(), 2u) << elsewhere;
  }
}

TEST_F(CpuQuota, IsNoneWhereNothingCanBeReadOrUnderstood_C12) {
  EXPECT_EQ(found(), 0u);
  second_version("/service");
  EXPECT_EQ(found(), 0u);
  for (const char* const text : {"", "max", "max 100000", "100000", "100000 0", "0 100000", "-5 100000", "many few"}) {
    file("/sys/fs/cgroup/service/cpu.max", text);
    EXPECT_EQ(found(), 0u) << text;
  }
}

}  // namespace
