#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "proc_table.hpp"

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A table of processes in files, as the kernel shows it.
class BranchTo : public ::testing::Test {
 protected:
  BranchTo() {
    std::string name = ::testing::TempDir() + "proc_XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) proc_ = name;
  }
  ~BranchTo() override {
    std::error_code ignored;
    if (!proc_.empty()) std::filesystem::remove_all(proc_, ignored);
  }

  void add(int pid, int parent, int started) const {
    std::filesystem::create_directory(proc_ / std::to_string(pid));
    std::ofstream{proc_ / std::to_string(pid) / "stat"}
        << pid << " (a) S " << parent << " 1 1 0 1 0 0 0 0 0 0 0 0 0 20 0 1 0 " << started << " 0 0\n";
  }

  std::vector<int> pids_to(int pid, int root) const {
    std::vector<int> pids;
    for (const auto& each : branch_to(pid, root, proc_)) pids.push_back(each.pid);
    return pids;
  }

  std::filesystem::path proc_;
};

TEST_F(BranchTo, ShowsTheWayFromAChildDownToAProcess) {
  add(5, 1, 10);
  add(6, 5, 11);
  add(7, 6, 11);
  add(8, 5, 12);
  EXPECT_THAT(pids_to(7, 1), ElementsAre(5, 6, 7));
  EXPECT_THAT(pids_to(7, 5), ElementsAre(6, 7));
}

TEST_F(BranchTo, IsEmptyForWhoIsNoDescendantAndForTheRootItself) {
  add(1, 0, 1);
  add(5, 1, 10);
  add(6, 1, 11);
  EXPECT_THAT(pids_to(5, 6), IsEmpty());
  EXPECT_THAT(pids_to(9, 1), IsEmpty());
  EXPECT_THAT(pids_to(6, 6), IsEmpty());
}

TEST_F(BranchTo, DoesNotGoByAPidThatHasAnotherOwnerNow) {
  add(5, 1, 20);
  add(6, 5, 11);
  add(7, 6, 12);
  EXPECT_THAT(pids_to(7, 1), IsEmpty());
}

}  // namespace
}  // namespace quiesce_tool
