#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <system_error>
#include <utility>

#include "support/in_child.hpp"

namespace {

using quiesce::os::duplicate;
using quiesce::os::unique_fd;
using testing::HasSubstr;

unique_fd open_root() { return unique_fd(::open("/", O_PATH | O_CLOEXEC)); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, DestructionCloses) {
  int number = -1;
  {
    const unique_fd owner = open_root();
    number = owner.get();
    ASSERT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, AMoveLeavesNothingBehindAndClosesWhatItReplaces) {
  unique_fd from = open_root();
  unique_fd to = open_root();
  const int moved = from.get();
  const int replaced = to.get();
  to = std::move(from);
  EXPECT_EQ(to.get(), moved);
  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what a moved-from owner is, is the question
  EXPECT_FALSE(is_open(replaced));
  EXPECT_TRUE(is_open(moved));
}

TEST(UniqueFd, DestructionKeepsErrno) {
  errno = EXDEV;
  { const unique_fd not_open(1'000'000); }
  EXPECT_EQ(errno, EXDEV);
}

TEST(UniqueFd, ADuplicateOutlivesTheOriginalAndIsClosedOnExec) {
  unique_fd original = open_root();
  const unique_fd copy = duplicate(original.get());
  original.reset();
  EXPECT_TRUE(is_open(copy.get()));
  EXPECT_EQ(::fcntl(copy.get(), F_GETFD), FD_CLOEXEC);
}

TEST(UniqueFd, ADuplicateIsNeverAStandardDescriptor) {
  EXPECT_EQ(support::in_child([]() -> std::string {
              ::close(STDIN_FILENO);
              ::close(STDOUT_FILENO);
              const unique_fd original = open_root();
              return duplicate(original.get()).get() > STDERR_FILENO ? "above" : "among the three";
            }),
            "above");
}

TEST(UniqueFd, AClosedDescriptorIsRefusedWithItsNumber) {
  for (const int fd : {1'000'000, -1}) {
    try {
      duplicate(fd);
      FAIL() << fd;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
      EXPECT_THAT(error.what(), HasSubstr("descriptor " + std::to_string(fd)));
    }
  }
}

TEST(UniqueFd, OutOfDescriptorsIsSaid) {
  EXPECT_THAT(support::in_child([]() -> std::string {
                const unique_fd original = open_root();
                const support::descriptor_limit none(4);
                static_cast<void>(duplicate(original.get()));
                return "duplicated";
              }),
              HasSubstr("Too many open files"));
}

}  // namespace
