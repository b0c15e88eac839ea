#include "quiesce/file_watch.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "handle/file_watch_object.hpp"
#include "quiesce/timer.hpp"
#include "quiesce/wait.hpp"
#include "support/eventually.hpp"
#include "support/held_teller.hpp"
#include "support/process_state.hpp"
#include "support/scratch_folder.hpp"
#include "support/waiters_of.hpp"
#include "unit/reactor/counted_source.hpp"

namespace {

namespace q = quiesce;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Keeps the reactor's thread in a call: then only the test makes its calls.
class held_reactor {
 public:
  held_reactor() {
    busy_->signal();
    support::eventually([&] { return is_held_.load(); });
  }
  held_reactor(const held_reactor&) = delete;
  held_reactor& operator=(const held_reactor&) = delete;
  ~held_reactor() {
    may_go_on_ = true;
    support::eventually([&] { return has_gone_on_.load(); });  // until then the call uses this
  }

 private:
  std::atomic<bool> is_held_{false}, may_go_on_{false}, has_gone_on_{false};
  const support::counted_source::pointer busy_ =
      support::counted_source::make([this](support::counted_source& self, std::uint32_t) {
        self.drain();
        is_held_ = true;
        support::eventually([&] { return may_go_on_.load(); });
        has_gone_on_ = true;
      });
};

class FileWatch : public testing::Test {
 protected:
  FileWatch() { write("file", "1"); }

  void write(const char* name, const char* text) const { std::ofstream(directory_ / name) << text; }

  // Changes come in order: when a later one of another file has been seen, none of the earlier ones is on its way.
  void settle() {
    q::file_watch marker(directory_);
    write("marker", "x");
    ASSERT_TRUE(q::wait_for(marker, 30s));
  }

  // In turn: the kernel merges a change with an equal one before it.
  void change_twice() const {
    for (const char* name : {"one", "two"}) ASSERT_EQ(::chmod((directory_ / name).c_str(), 0600), 0);
  }

  support::scratch_folder scratch_;
  fs::path directory_ = scratch_.path();
};

TEST_F(FileWatch, SeesThatAFileIsWritten_A1) {
  q::file_watch watch(directory_ / "file");
  EXPECT_FALSE(q::try_wait(watch));
  write("file", "2");
  EXPECT_TRUE(q::wait_for(watch, 30s));
}

TEST_F(FileWatch, SeesEveryLaterChangeToo_A1) {
  q::file_watch watch(directory_ / "file");
  for (int round = 0; round < 20; ++round) {
    write("file", "again");
    ASSERT_TRUE(q::wait_for(watch, 30s)) << round;
    settle();
    static_cast<void>(q::try_wait(watch));  // writing makes several changes, which may come apart
  }
}

TEST_F(FileWatch, SeesAFileThatTakesItsPlaceByRenaming_A1) {
  q::file_watch watch(directory_ / "file");
  write("file.new", "2");
  settle();
  EXPECT_FALSE(q::try_wait(watch)) << "another file of the directory is not its business";
  fs::rename(directory_ / "file.new", directory_ / "file");
  EXPECT_TRUE(q::wait_for(watch, 30s));
  settle();
  static_cast<void>(q::try_wait(watch));
  write("file", "3");
  EXPECT_TRUE(q::wait_for(watch, 30s)) << "and goes on watching the new one";
}

TEST_F(FileWatch, SeesRemovalAndCreationAnew_A1) {
  q::file_watch watch(directory_ / "file");
  fs::remove(directory_ / "file");
  EXPECT_TRUE(q::wait_for(watch, 30s));
  settle();
  static_cast<void>(q::try_wait(watch));
  write("file", "back");
  EXPECT_TRUE(q::wait_for(watch, 30s));
}

TEST_F(FileWatch, SeesTheEntriesOfADirectory_A1) {
  q::file_watch watch(directory_);
  write("new", "1");
  EXPECT_TRUE(q::wait_for(watch, 30s));
}

TEST_F(FileWatch, AllAreSignalledWhenChangesAreLostAndSaySo_A1) {
  int room = 0;
  ASSERT_TRUE(std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> room);
  ASSERT_LT(room, 1'000'000);
  for (const char* name : {"one", "two"}) write(name, "1");
  q::file_watch noisy(directory_ / "one");
  q::file_watch quiet(directory_ / "file");
  write("file", "2");
  ASSERT_TRUE(q::wait_for(quiet, 30s));
  settle();
  EXPECT_EQ(quiet.losses(), 0U) << "its own change is none";
  static_cast<void>(q::try_wait(quiet));
  {
    const held_reactor held;
    for (int i = 0; i <= room / 2; ++i) change_twice();
  }
  ASSERT_TRUE(q::wait_for(quiet, 30s));
  EXPECT_EQ(quiet.losses(), 1U);
  ASSERT_TRUE(q::wait_for(noisy, 30s));
  support::eventually([&] { return noisy.losses() == 1; });
  EXPECT_EQ(noisy.losses(), 1U);
}

TEST_F(FileWatch, OneFileCanBeWatchedManyTimes_A5) {
  q::file_watch first(directory_ / "file");
  {
    q::file_watch second(directory_ / "file");
    write("file", "2");
    EXPECT_TRUE(q::wait_for(second, 30s));
    EXPECT_TRUE(q::wait_for(first, 30s));
  }
  settle();
  static_cast<void>(q::try_wait(first));
  EXPECT_FALSE(q::try_wait(first)) << "closing one handle has ended the other, which stays signalled";
  write("file", "3");
  EXPECT_TRUE(q::wait_for(first, 30s));
}

TEST_F(FileWatch, IsSignalledWhenItsDirectoryGoes_A1) {
  fs::create_directory(directory_ / "deep");
  write("deep/file", "1");
  q::file_watch watch(directory_ / "deep" / "file");
  fs::remove_all(directory_ / "deep");
  EXPECT_TRUE(q::wait_for(watch, 30s));
}

TEST_F(FileWatch, StaysSignalledWhenItsDirectoryHasGone_A1) {
  for (const bool is_renamed : {false, true}) {
    fs::create_directory(directory_ / "deep");
    write("deep/file", "1");
    q::file_watch of_file(directory_ / "deep" / "file");
    q::file_watch of_directory(directory_ / "deep");
    if (is_renamed) {
      fs::rename(directory_ / "deep", directory_ / "elsewhere");
    } else {
      fs::remove_all(directory_ / "deep");
    }
    settle();
    settle();  // the first ends in the middle of a call that tells several watches, the second in a later one
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(q::wait_for(of_file, 30s)) << "renamed: " << is_renamed << ", wait " << i;
      ASSERT_TRUE(q::wait_for(of_directory, 30s)) << "renamed: " << is_renamed << ", wait " << i;
      ASSERT_TRUE(q::wait_all_for({of_file, of_directory}, 30s));
    }
  }
}

// A directory has one number in the kernel, under whatever name it is watched.
TEST_F(FileWatch, ARenamingBeforeItWasMadeIsNotItsEnd_A1) {
  fs::create_directory(directory_ / "deep");
  q::file_watch before(directory_ / "deep");
  const held_reactor held;
  fs::rename(directory_ / "deep", directory_ / "elsewhere");
  q::file_watch after(directory_ / "elsewhere");
  q::change_source().ready(0);
  EXPECT_TRUE(q::try_wait(before));
  EXPECT_FALSE(q::try_wait(after));
  write("elsewhere/file", "1");
  q::change_source().ready(0);
  EXPECT_TRUE(q::try_wait(after));
  EXPECT_FALSE(q::try_wait(after));
}

TEST_F(FileWatch, AReactorsCallThatComesAfterTheLastHandleWasClosedFindsNothing_A4) {
  { q::file_watch watch(directory_); }
  q::change_source().ready(0);
  q::file_watch next(directory_);
  write("file", "2");
  EXPECT_TRUE(q::wait_for(next, 30s));
}

TEST_F(FileWatch, TheEndOfItsDirectoryEndsAllWaits_A1) {
  fs::create_directory(directory_ / "deep");
  q::file_watch watch(directory_ / "deep");
  std::vector<std::future<bool>> waits;
  for (int i = 0; i < 3; ++i) {
    waits.push_back(std::async(std::launch::async, [&] { return static_cast<bool>(q::wait_for(watch, 30s)); }));
  }
  ASSERT_TRUE(support::eventually([&] { return support::waiters_of::count(watch) == 3; }));
  fs::remove_all(directory_ / "deep");
  for (auto& wait : waits) EXPECT_TRUE(wait.get());
}

TEST_F(FileWatch, ARelativePathWorks_A1) {
  const fs::path before = fs::current_path();
  fs::current_path(directory_);
  q::file_watch watch("file");
  fs::current_path(before);
  write("file", "2");
  EXPECT_TRUE(q::wait_for(watch, 30s));
}

TEST_F(FileWatch, APathThatDoesNotExistIsAnErrorThatNamesIt_J4) {
  const fs::path missing = directory_ / "missing";
  try {
    q::file_watch watch(missing);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find(missing.string()), std::string::npos) << error.what();
  }
}

TEST_F(FileWatch, WatchesComeAndGoWhileChangesArrive_A4) {
  for (int round = 0; round < 300; ++round) {
    q::file_watch watch(directory_ / "file");
    write("file", "2");
    if (round % 3 == 0) {
      ASSERT_TRUE(q::wait_for(watch, 30s));
    }
  }
}

TEST_F(FileWatch, AReactorsCallWaitsUntilThatOfTheOneBeforeItHasEnded) {
  q::file_watch watch(directory_ / "file");
  support::held_teller held(watch);
  write("file", "2");
  ASSERT_TRUE(support::eventually([&] { return held.is_telling(); })) << "the reactor's thread is to stay in its call";
  std::atomic<int> id{0};
  std::atomic<bool> has_come_through{false};
  std::thread next([&] {
    id = ::gettid();
    q::change_source().ready(0);
    has_come_through = true;
  });
  EXPECT_TRUE(support::eventually([&] { return has_come_through || (id != 0 && support::is_asleep(id)); }));
  EXPECT_FALSE(has_come_through);
  held.release();
  next.join();
}

// A call that read until nothing is left would not end while somebody goes on writing.
TEST_F(FileWatch, AReactorsCallTakesOneBufferFullAndLeavesTheRestForTheNext) {
  for (const char* name : {"one", "two"}) write(name, "1");
  q::file_watch watch(directory_ / "file");
  const held_reactor held;
  for (int i = 0; i < 500; ++i) change_twice();
  write("file", "2");
  int calls = 0;
  for (; calls < 1000 && !q::try_wait(watch); ++calls) q::change_source().ready(0);
  EXPECT_GE(calls, 8) << "a thousand changes are 32,000 bytes";
  EXPECT_LT(calls, 1000) << "the last change was lost";
}

// Many handles make each change costly, so that reading never catches up with who writes.
TEST_F(FileWatch, ATimerExpiresWhileChangesComeFasterThanTheyAreRead) {
  for (const char* name : {"one", "two"}) write(name, "1");
  std::vector<q::file_watch> watches;
  for (int i = 0; i < 2000; ++i) watches.emplace_back(directory_ / "file");
  std::atomic<bool> over{false};
  std::thread writer([&] {
    while (!over) change_twice();
  });
  q::timer timer;
  bool has_expired = true;
  for (int round = 0; round < 5 && has_expired; ++round) {
    timer.set(1ms);
    has_expired = static_cast<bool>(q::wait_for(timer, 30s));
  }
  over = true;
  writer.join();
  EXPECT_TRUE(has_expired);
}

}  // namespace
