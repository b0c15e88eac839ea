#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "proc_table.hpp"
#include "support/scratch_folder.hpp"

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A table of processes in files, as the kernel shows it.
class BranchTo : public ::testing::Test {
 protected:
  void add(int pid, int parent, int started) const {
    std::filesystem::create_directory(proc_ / std::to_string(pid));
    std::ofstream{proc_ / std::to_string(pid) / "stat"} << stat_line(pid, parent, started);
  }

  static std::string stat_line(int pid, int parent, int started) {
    return std::to_string(pid) + " (a) S " + std::to_string(parent) + " 1 1 0 1 0 0 0 0 0 0 0 0 0 20 0 1 0 " +
           std::to_string(started) + " 0 0\n";
  }

  std::vector<int> pids_to(int pid, int root) const {
    std::vector<int> pids;
    for (const auto& each : branch_to(pid, root, proc_)) pids.push_back(each.pid);
    return pids;
  }

  const support::scratch_folder folder_;
  const std::filesystem::path proc_ = folder_.path();
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

// Its line is a pipe: who reads it first finds a parent that is gone by then, and who reads it again its new one.
TEST_F(BranchTo, LooksAgainForWhoHasJustLostItsParent) {
  add(5, 1, 10);
  std::filesystem::create_directory(proc_ / "7");
  const auto line = proc_ / "7" / "stat";
  ASSERT_EQ(::mkfifo(line.c_str(), 0600), 0);
  std::thread kernel{[&] {
    std::ofstream first{line};  // opened when the reader opens it
    std::filesystem::rename(line, proc_ / "read");
    EXPECT_EQ(::mkfifo(line.c_str(), 0600), 0);
    first << stat_line(7, 6, 12) << std::flush;
    first.close();
    std::ofstream{line} << stat_line(7, 5, 12);
  }};
  EXPECT_THAT(pids_to(7, 1), ElementsAre(5, 7));
  kernel.join();
}

TEST_F(BranchTo, DoesNotGoByAPidThatHasAnotherOwnerNow) {
  add(5, 1, 20);
  add(6, 5, 11);
  add(7, 6, 12);
  EXPECT_THAT(pids_to(7, 1), IsEmpty());
}

}  // namespace
}  // namespace quiesce_tool
