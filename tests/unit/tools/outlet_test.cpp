#include "outlet.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace quiesce_tool {
namespace {

/// The descriptors of this process that were opened from that path.
std::vector<int> descriptors_of(const std::filesystem::path& path) {
  std::vector<int> found;
  std::error_code gone;  // the one that reads the folder, for instance
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    if (std::filesystem::read_symlink(each.path(), gone) == path) found.push_back(std::stoi(each.path().filename()));
  }
  return found;
}

/// An outlet that is used as the program uses it: on the one worker of a pool.
class Outlet : public ::testing::Test {
 protected:
  void TearDown() override {
    pool_.stop();
    outlet_.reset();
  }

  void make(int fd) {
    outlet_.emplace(pool_, fd,
                    outlet::events{[this] {
                                     if (outlet_->queued_bytes() == 0) empty_.set();
                                   },
                                   [this](std::error_code error) {
                                     error_ = error;
                                     broken_.set();
                                   },
                                   [this](std::error_code error) {
                                     error_ = error;
                                     times_full_ += 1;
                                   }});
  }

  void make_pipe() {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = file_descriptor{ends[0]};
    writer_ = file_descriptor{ends[1]};
    make(writer_.number());
  }

  void write_two_lines_to_a_full_disk() {
    writer_ = file_descriptor{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    ASSERT_TRUE(writer_);
    make(writer_.number());
    on_worker([&] {
      outlet_->write("one\n");
      outlet_->write("two\n");
    });
  }

  template <class Work>
  void on_worker(Work work) {
    q::auto_reset_event done;
    pool_.post([&] {
      work();
      done.set();
    });
    (void)q::wait(done);
  }

  std::string read_bytes(std::size_t count) {
    std::string text;
    std::array<char, 4096> buffer;
    while (text.size() < count) {
      const ssize_t taken = ::read(reader_.number(), buffer.data(), std::min(buffer.size(), count - text.size()));
      if (taken <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(taken));
    }
    return text;
  }

  q::thread_pool pool_{{.running = 1}};
  q::manual_reset_event empty_, broken_;
  std::error_code error_;
  int times_full_ = 0;
  file_descriptor reader_, writer_;
  std::optional<outlet> outlet_;
};

TEST_F(Outlet, WritesAtOnceWhileThereIsRoom) {
  make_pipe();
  on_worker([&] {
    outlet_->write("one\n");
    outlet_->write("two\n");
    EXPECT_EQ(outlet_->queued_bytes(), 0U);
  });
  EXPECT_EQ(read_bytes(8), "one\ntwo\n");
}

TEST_F(Outlet, KeepsWhatTheReaderDoesNotTakeAndTheOrderOfIt) {
  make_pipe();
  std::string all;
  on_worker([&] {
    for (int i = 0; all.size() < 300'000; ++i) {
      std::string line = std::to_string(i) + " is the number of this line\n";
      all += line;
      outlet_->write(std::move(line));
    }
    EXPECT_GT(outlet_->queued_bytes(), 200'000U);
    EXPECT_FALSE(outlet_->congested());
  });
  EXPECT_EQ(read_bytes(all.size()), all);
  (void)q::wait(empty_);
}

TEST_F(Outlet, IsCongestedWhenAMebibyteWaits) {
  make_pipe();
  on_worker([&] {
    while (outlet_->queued_bytes() <= 1024 * 1024) {
      EXPECT_FALSE(outlet_->congested());
      outlet_->write(std::string(60'000, 'x'));
    }
    EXPECT_TRUE(outlet_->congested());
  });
}

TEST_F(Outlet, LeavesTheFlagsOfTheDescriptorAlone) {
  make_pipe();
  EXPECT_EQ(::fcntl(writer_.number(), F_GETFL) & O_NONBLOCK, 0) << "others who share it count on blocking";
}

TEST_F(Outlet, TellsOnceThatTheReaderIsGone) {
  std::signal(SIGPIPE, SIG_IGN);
  make_pipe();
  reader_.close();
  on_worker([&] { outlet_->write("one\n"); });
  (void)q::wait(broken_);
  EXPECT_EQ(error_, std::errc::broken_pipe);
  broken_.reset();
  on_worker([&] { outlet_->write("two\n"); });
  EXPECT_FALSE(q::try_wait(broken_));
}

TEST_F(Outlet, NoticesThatTheReaderLeavesWhileMuchWaits) {
  std::signal(SIGPIPE, SIG_IGN);
  make_pipe();
  on_worker([&] { outlet_->write(std::string(200'000, 'x')); });
  reader_.close();
  (void)q::wait(broken_);
  on_worker([&] { EXPECT_EQ(outlet_->queued_bytes(), 0U); });
}

TEST_F(Outlet, WritesToASocketWithoutBlocking) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  reader_ = file_descriptor{ends[0]};
  writer_ = file_descriptor{ends[1]};
  make(writer_.number());
  const std::string text(2'000'000, 'x');
  on_worker([&] {
    outlet_->write(text);
    EXPECT_GT(outlet_->queued_bytes(), 0U);
  });
  EXPECT_EQ(read_bytes(text.size()), text);
}

TEST_F(Outlet, KeepsWhatAFullDiskDoesNotTakeAndTellsOnce) {
  write_two_lines_to_a_full_disk();
  on_worker([&] {
    EXPECT_EQ(outlet_->queued_bytes(), 8U);
    EXPECT_TRUE(outlet_->is_full());
    EXPECT_EQ(times_full_, 1);
  });
  EXPECT_EQ(error_, std::errc::no_space_on_device);
  EXPECT_FALSE(q::try_wait(broken_));
}

TEST_F(Outlet, GoesOnWhenTheDiskHasRoomAgain) {
  write_two_lines_to_a_full_disk();
  const file_descriptor disk{::memfd_create("disk", MFD_CLOEXEC)};
  ASSERT_TRUE(disk);
  on_worker([&] {
    for (const int fd : descriptors_of("/dev/full")) ASSERT_GE(::dup3(disk.number(), fd, O_CLOEXEC), 0);
  });
  (void)q::wait(empty_);
  std::array<char, 16> buffer{};
  EXPECT_EQ(::pread(disk.number(), buffer.data(), buffer.size(), 0), 8);
  EXPECT_STREQ(buffer.data(), "one\ntwo\n");
  on_worker([&] {
    EXPECT_FALSE(outlet_->is_full());
    outlet_->write("three\n");
    EXPECT_EQ(outlet_->queued_bytes(), 0U);
  });
}

TEST_F(Outlet, KeepsNothingOfALineThatBreaksIt) {
  // A file that may not be written is neither full nor a pipe that is closed.
  writer_ = file_descriptor{::memfd_create("file", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  ASSERT_TRUE(writer_);
  ASSERT_EQ(::fcntl(writer_.number(), F_ADD_SEALS, F_SEAL_WRITE), 0);
  make(writer_.number());
  on_worker([&] {
    outlet_->write("one\n");
    EXPECT_EQ(outlet_->queued_bytes(), 0U);
  });
  EXPECT_EQ(error_, std::errc::operation_not_permitted);
  EXPECT_TRUE(q::try_wait(broken_));
}

TEST_F(Outlet, SharesThePositionInAFile) {
  writer_ = file_descriptor{::memfd_create("file", MFD_CLOEXEC)};
  ASSERT_TRUE(writer_);
  ASSERT_EQ(::write(writer_.number(), "before\n", 7), 7);
  make(writer_.number());
  on_worker([&] { outlet_->write("line\n"); });
  ASSERT_EQ(::write(writer_.number(), "after\n", 6), 6);
  std::array<char, 32> buffer{};
  EXPECT_EQ(::pread(writer_.number(), buffer.data(), buffer.size(), 0), 18);
  EXPECT_STREQ(buffer.data(), "before\nline\nafter\n");
}

}  // namespace
}  // namespace quiesce_tool
