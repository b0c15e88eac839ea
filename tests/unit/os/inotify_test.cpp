#include "os/inotify.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "support/in_child.hpp"
#include "support/refused_call.hpp"
#include "support/scratch_folder.hpp"

namespace {

using quiesce::os::file_change;
using quiesce::os::inotify;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Inotify : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static void touch(const std::string& path) { std::ofstream(path) << 'x'; }

  support::scratch_folder scratch_;
  std::filesystem::path directory_ = scratch_.path();
};

struct change {
  int watch;
  std::uint32_t mask;
  std::uint32_t cookie;
  std::string name;
  bool overflow;
};

std::vector<change> all_of(inotify& queue) {
  std::vector<change> found;
  while (queue.read([&](const file_change& one) {
    found.push_back({one.watch, one.mask, one.cookie, std::string(one.name), one.overflow});
  }) != 0) {
  }
  return found;
}

TEST_F(Inotify, AnEmptyQueueIsReadWithoutBlocking) {
  inotify queue;
  EXPECT_TRUE(all_of(queue).empty());
}

TEST_F(Inotify, AChangeInADirectoryCarriesTheName) {
  inotify queue;
  const int watch = queue.add_watch(directory_.string(), IN_CLOSE_WRITE);
  touch(path("one"));
  touch(path("another-with-a-longer-name"));
  const std::vector<change> found = all_of(queue);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].watch, watch);
  EXPECT_EQ(found[0].name, "one");
  EXPECT_EQ(found[0].mask, static_cast<std::uint32_t>(IN_CLOSE_WRITE));
  EXPECT_FALSE(found[0].overflow);
  EXPECT_EQ(found[1].name, "another-with-a-longer-name");
}

TEST_F(Inotify, TellsWhichChangesWereQueuedAtAMoment) {
  inotify queue;
  queue.add_watch(directory_.string(), IN_CLOSE_WRITE);
  EXPECT_EQ(queue.end_of_queue(), 0u);
  for (int round = 0; round < 2; ++round) {
    touch(path("one"));
    touch(path("two"));
    const std::uint64_t then = queue.end_of_queue();
    touch(path("three"));
    std::vector<bool> is_older;
    queue.read([&](const file_change& each) { is_older.push_back(each.end <= then); });
    EXPECT_EQ(is_older, (std::vector<bool>{true, true, false})) << "round " << round;
  }
}

TEST_F(Inotify, BothHalvesOfARenameCarryOneCookie) {
  touch(path("old"));
  inotify queue;
  queue.add_watch(directory_.string(), IN_MOVE);
  std::filesystem::rename(path("old"), path("new"));
  const std::vector<change> found = all_of(queue);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "old");
  EXPECT_EQ(found[1].name, "new");
  EXPECT_NE(found[0].cookie, 0u);
  EXPECT_EQ(found[0].cookie, found[1].cookie);
}

TEST_F(Inotify, MoreThanOneBufferFullIsReadInOrder) {
  inotify queue;
  queue.add_watch(directory_.string(), IN_CREATE);
  constexpr int files = 300;
  for (int i = 0; i < files; ++i) touch(path("a-name-of-some-length-" + std::to_string(i)));
  const std::vector<change> found = all_of(queue);
  ASSERT_EQ(found.size(), static_cast<std::size_t>(files));
  for (int i = 0; i < files; ++i) {
    EXPECT_EQ(found[static_cast<std::size_t>(i)].name, "a-name-of-some-length-" + std::to_string(i));
  }
}

TEST_F(Inotify, ARemovedWatchReportsItsEndAndNothingMore) {
  inotify queue;
  const int watch = queue.add_watch(directory_.string(), IN_CREATE);
  EXPECT_TRUE(queue.remove_watch(watch));
  touch(path("unseen"));
  const std::vector<change> found = all_of(queue);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].mask, static_cast<std::uint32_t>(IN_IGNORED));
  EXPECT_FALSE(queue.remove_watch(watch));
}

TEST_F(Inotify, AMissingPathIsNamed) {
  inotify queue;
  try {
    queue.add_watch(path("missing"), IN_MODIFY);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_THAT(error.what(), HasSubstr(path("missing")));
  }
  EXPECT_THROW(queue.add_watch(std::string("/\0", 2), IN_MODIFY), std::system_error);
}

TEST_F(Inotify, AnOverflowIsFlagged) {
  int limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  ASSERT_GT(limit, 0);
  touch(path("a"));
  touch(path("b"));
  inotify queue;
  queue.add_watch(directory_.string(), IN_ATTRIB);
  // In turn: the kernel merges a change with an equal one before it.
  for (int i = 0; i < limit / 2 + 1; ++i) {
    for (const char* name : {"a", "b"}) ASSERT_EQ(::chmod(path(name).c_str(), 0600), 0);
  }
  const std::vector<change> found = all_of(queue);
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found.back().overflow);
  EXPECT_EQ(found.back().watch, -1);
}

// fswatch and watchman tell people of a full disk here (watchman#132).
TEST_F(Inotify, TheLimitOfWatchesIsNotCalledAFullDisk) {
  const std::string text = support::in_child([this]() -> std::string {
    inotify queue;
    // What the kernel says when the user has all his watches. The machine's own limit need not be touched.
    if (!support::refuse_call(SYS_inotify_add_watch, ENOSPC)) return "no filter";
    queue.add_watch(directory_.string(), IN_MODIFY);
    return "watched";
  });
  EXPECT_THAT(text, AllOf(HasSubstr("/proc/sys/fs/inotify/max_user_watches"), Not(HasSubstr("space left"))));
}

TEST_F(Inotify, TheLimitOfInstancesAndOfDescriptorsAreToldApart) {
  EXPECT_THAT(support::in_child([]() -> std::string {
                const support::descriptor_limit none(0);
                const inotify queue;
                return "created";
              }),
              AllOf(HasSubstr("Too many open files"), Not(HasSubstr("max_user_instances"))));
  const std::string text = support::in_child([]() -> std::string {
    if (!support::refuse_call(SYS_inotify_init1, EMFILE)) return "no filter";
    const inotify queue;
    return "created";
  });
  EXPECT_THAT(text, HasSubstr("/proc/sys/fs/inotify/max_user_instances"));
}

}  // namespace
