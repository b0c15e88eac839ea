#include "os/epoll.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <system_error>

#include "os/event_fd.hpp"
#include "support/in_child.hpp"

namespace {

using quiesce::os::epoll;
using quiesce::os::event_fd;
using quiesce::os::unique_fd;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string text_of_add(epoll& set, int fd) {
  try {
    set.add(fd, EPOLLIN, 0);
    return "added";
  } catch (const std::system_error& error) {
    return error.what();
  }
}

TEST(Epoll, ReportsWhatIsReadyUnderItsKey) {
  epoll set;
  event_fd quiet;
  event_fd loud;
  set.add(quiet.get(), EPOLLIN, 1);
  set.add(loud.get(), EPOLLIN, 0xF00D'0000'0000'0002);
  loud.signal();
  std::array<epoll_event, 4> found;
  ASSERT_EQ(set.wait(found, -1), 1u);
  EXPECT_EQ(found[0].data.u64, 0xF00D'0000'0000'0002);
  EXPECT_EQ(found[0].events, static_cast<std::uint32_t>(EPOLLIN));
}

TEST(Epoll, ModifyingReplacesEventsAndKey) {
  epoll set;
  event_fd one;
  set.add(one.get(), EPOLLIN, 1);
  EXPECT_EQ(set.modify(one.get(), EPOLLOUT, 2), 0);
  std::array<epoll_event, 4> found;
  ASSERT_EQ(set.wait(found, -1), 1u);
  EXPECT_EQ(found[0].data.u64, 2u);
  EXPECT_EQ(found[0].events, static_cast<std::uint32_t>(EPOLLOUT));
}

TEST(Epoll, WhatIsRemovedIsNotReported) {
  epoll set;
  event_fd one;
  set.add(one.get(), EPOLLIN, 1);
  one.signal();
  EXPECT_EQ(set.remove(one.get()), 0);
  std::array<epoll_event, 4> found;
  EXPECT_EQ(set.wait(found, 0), 0u);
}

TEST(Epoll, UnknownDescriptorsAreAnsweredByTheErrorNumber) {
  epoll set;
  event_fd one;
  EXPECT_EQ(set.modify(one.get(), EPOLLIN, 1), ENOENT);
  EXPECT_EQ(set.remove(one.get()), ENOENT);
  EXPECT_EQ(set.remove(1'000'000), EBADF);
}

TEST(Epoll, RegularFilesAndDirectoriesAreRefusedInWords) {
  epoll set;
  for (const char* path : {"/proc/self/exe", "/"}) {
    const unique_fd file(::open(path, O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(file);
    EXPECT_THAT(text_of_add(set, file.get()),
                AllOf(HasSubstr("descriptor " + std::to_string(file.get())), HasSubstr("regular files")))
        << path;
  }
}

TEST(Epoll, AClosedDescriptorIsRefusedWithItsNumber) {
  epoll set;
  EXPECT_THAT(text_of_add(set, 1'000'000), HasSubstr("descriptor 1000000"));
  EXPECT_THAT(text_of_add(set, -1), HasSubstr("descriptor -1"));
}

TEST(Epoll, OutOfDescriptorsIsSaid) {
  EXPECT_THAT(support::in_child([]() -> std::string {
                const support::descriptor_limit none(0);
                const epoll set;
                return "created";
              }),
              HasSubstr("Too many open files"));
}

}  // namespace
