// What has no descriptor left, or no watch, cannot be made: that is told, and everything is as it was.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "quiesce/quiesce.hpp"
#include "support/eventually.hpp"
#include "support/in_child.hpp"
#include "support/process_state.hpp"
#include "support/refused_call.hpp"
#include "support/scratch_folder.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;
using support::eventually;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// The sanitizer that checks the type of an object needs descriptors the first time that it sees the type, in its end, too. So
// `use` shows it all types while there are descriptors, and the library's thread lets go of what it told. True if it worked.
template <std::invocable Use>
bool is_seen_by_the_sanitizer(Use use) {
  const std::size_t threads = support::count_threads();
  if (!use()) return false;
  // It may hold what it told a little longer than we do, until it waits again, or has ended.
  return eventually([&] {
    return support::count_threads() == threads &&
           std::ranges::all_of(support::threads_named("quiesce-reactor"), &support::thread_state::is_asleep);
  });
}

// In a child, which has no descriptor to spare, then one, and so on, until that is enough. The text tells each reason of a
// refusal once, and what was not as before.
template <class Make, class Works>
std::string make_with_ever_more_descriptors(Make make, Works works) {
  std::string text;
  const auto tell = [&](const std::string& what) {
    if (text.find(what) == std::string::npos) text += what + "; ";
  };
  const bool is_seen = is_seen_by_the_sanitizer([&] {
    auto seen = make();
    return works(seen);
  });
  if (!is_seen) tell("it never works");
  const auto is_balanced = [descriptors = support::count_descriptors()] {
    return support::count_descriptors() <= descriptors;
  };
  for (rlim_t limit = 0; limit < 1000; ++limit) {
    std::optional<decltype(make())> made;
    std::optional<std::system_error> refusal;
    try {
      const support::descriptor_limit few(limit);
      made.emplace(make());
    } catch (const std::system_error& error) {
      refusal = error;
    }
    if (made) {
      tell(works(*made) ? "it works" : "it does not work");
      return text;
    }
    tell(refusal->what());
    if (refusal->code() != std::errc::too_many_files_open) tell("the reason is another one");
    if (!eventually(is_balanced)) tell("a descriptor is left");
    if (::waitpid(-1, nullptr, WNOHANG) == 0) tell("a child is left");
  }
  return text + "never made";
}

template <class Make, class Works>
std::string refused_in_child(Make make, Works works) {
  return support::in_child([&] { return make_with_ever_more_descriptors(make, works); });
}

// The same where the thread that all descriptors share is there already: what is refused is the object's own.
template <class Make, class Works>
std::string refused_beside_another(Make make, Works works) {
  return support::in_child([&] {
    const q::timer keeps_the_thread;
    return make_with_ever_more_descriptors(make, works);
  });
}

const auto was_refused = AllOf(HasSubstr("Too many open files"), Not(HasSubstr("left")), Not(HasSubstr("another")),
                               Not(HasSubstr("never")), EndsWith("it works; "));

class OutOfDescriptors : public testing::Test {
 protected:
  OutOfDescriptors() {
    if (::pipe(ends_.data()) != 0) std::abort();
  }
  ~OutOfDescriptors() override {
    for (const int end : ends_) ::close(end);
  }
  void touch(const std::string& name) const { std::ofstream(directory_ / name) << 'x'; }

  std::array<int, 2> ends_{};
  support::scratch_folder scratch_;
  std::filesystem::path directory_ = scratch_.path();
};

TEST_F(OutOfDescriptors, ATimerIsNotThereAtAll_J4) {
  EXPECT_THAT(refused_in_child([] { return q::timer(); },
                               [](q::timer& timer) {
                                 timer.set(1ns);
                                 return static_cast<bool>(q::wait_for(timer, 30s));
                               }),
              was_refused);
}

TEST_F(OutOfDescriptors, ADescriptorIsNotThereAtAllAndItsNumberIsTold_J4) {
  const auto make = [&] { return q::descriptor(ends_[1], q::descriptor::readiness::writable); };
  const auto works = [](q::descriptor& made) { return static_cast<bool>(q::wait_for(made, 30s)); };
  EXPECT_THAT(refused_in_child(make, works), was_refused);
  EXPECT_THAT(refused_beside_another(make, works),
              AllOf(was_refused, HasSubstr("descriptor " + std::to_string(ends_[1]) + ":")));
}

TEST_F(OutOfDescriptors, AFileWatchIsNotThereAtAll_J4) {
  const auto make = [&] { return q::file_watch(directory_); };
  const auto works = [&](q::file_watch& made) {
    touch("new");
    return static_cast<bool>(q::wait_for(made, 30s));
  };
  EXPECT_THAT(refused_in_child(make, works), was_refused);
  EXPECT_THAT(refused_beside_another(make, works),
              AllOf(was_refused, HasSubstr("queue of file changes"), Not(HasSubstr("max_user"))));
}

TEST_F(OutOfDescriptors, ASignalIsNotCaughtAtAll_J4) {
  const auto make = [] { return q::os_signal(SIGUSR1); };
  const auto works = [](q::os_signal& made) {
    ::kill(::getpid(), SIGUSR1);
    return static_cast<bool>(q::wait_for(made, 30s));
  };
  EXPECT_THAT(refused_in_child(make, works), was_refused);
}

TEST_F(OutOfDescriptors, ASignalThatCouldNotBeCaughtHasItsActionAsBefore_J4) {
  EXPECT_EQ(support::in_child([]() -> std::string {
              const bool is_seen = is_seen_by_the_sanitizer([] {
                const q::os_signal seen(SIGUSR2);
                return true;
              });
              if (!is_seen) return "it never works";
              try {
                const support::descriptor_limit none(0);
                const q::os_signal made(SIGUSR1);
                return "made";
              } catch (const std::system_error&) {
                struct sigaction now {};
                ::sigaction(SIGUSR1, nullptr, &now);
                return now.sa_handler == SIG_DFL ? "default" : "another";
              }
            }),
            "default");
}

TEST_F(OutOfDescriptors, AProcessIsNotLeftWithoutAHandle_J4) {
  // It inherits the limit, and so may fail to load its libraries, and say so.
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const auto make = [&] { return q::process::spawn({"true"}, {.standard_error = null}); };
  const auto works = [](q::process& made) { return q::wait_for(made, 30s) && made.status().code == 0; };
  EXPECT_THAT(refused_in_child(make, works), was_refused);
  ::close(null);
}

TEST_F(OutOfDescriptors, AProcessThatStartedAndCannotBeWatchedIsEnded_J4) {
  const std::string text = support::in_child([]() -> std::string {
    // What the kernel says when it has a descriptor less than starting the program needed.
    if (!support::refuse_call(SYS_pidfd_open, EMFILE)) return "no filter";
    const q::timer keeps_the_thread;
    const std::size_t before = support::count_descriptors();
    std::string told;
    try {
      const q::process made = q::process::spawn({"sleep", "1000"});
      return "made";
    } catch (const std::system_error& error) {
      told = error.what();
    }
    if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) return "a child is left";
    return support::count_descriptors() == before ? told : "a descriptor is left";
  });
  EXPECT_THAT(text, AllOf(HasSubstr("the process with pid "), HasSubstr("Too many open files")));
}

TEST_F(OutOfDescriptors, AProcessThatCouldNotBeAdoptedRunsOn_J4) {
  const std::string text = support::in_child([]() -> std::string {
    const bool is_seen = is_seen_by_the_sanitizer([] {
      const q::process seen = q::process::spawn({"true"});
      return static_cast<bool>(q::wait_for(seen, 30s));
    });
    if (!is_seen) return "it never works";
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // or it would keep open what the test reads
      for (;;) ::pause();
    }
    std::optional<std::system_error> refusal;
    try {
      const support::descriptor_limit none(0);
      static_cast<void>(q::process::adopt(child));
    } catch (const std::system_error& error) {
      refusal = error;
    }
    if (::waitpid(child, nullptr, WNOHANG) != 0) return "it does not run on";
    q::process adopted = q::process::adopt(child);
    adopted.send(SIGTERM);
    if (!q::wait_for(adopted, 30s) || adopted.status().signal != SIGTERM) return "it was lost";
    if (!refusal) return "not refused";
    return refusal->what() == std::string("quiesce: cannot watch the process with pid ") + std::to_string(child) +
                                  ": Too many open files"
               ? "told"
               : refusal->what();
  });
  EXPECT_EQ(text, "told");
}

// fswatch and watchman tell people of a full disk here (watchman#132).
TEST_F(OutOfDescriptors, OutOfWatchesThoseThatAreThereGoOn_J4) {
  std::filesystem::create_directories(directory_ / "other");
  const std::string other = (directory_ / "other").string();
  const std::string text = support::in_child([&]() -> std::string {
    q::file_watch first(directory_);
    // What the kernel says when the user has all his watches. The machine's own limit need not be touched.
    if (!support::refuse_call(SYS_inotify_add_watch, ENOSPC)) return "no filter";
    const std::size_t before = support::count_descriptors();
    std::string told;
    try {
      const q::file_watch second(other);
      return "watched";
    } catch (const std::system_error& error) {
      told = error.what();
    }
    if (support::count_descriptors() != before) return "a descriptor is left";
    touch("new");
    return q::wait_for(first, 30s) ? told : "the first one was lost";
  });
  EXPECT_THAT(text, AllOf(HasSubstr("'" + other + "'"), HasSubstr("/proc/sys/fs/inotify/max_user_watches"),
                          Not(HasSubstr("space left"))));
}

TEST_F(OutOfDescriptors, OutOfWatchesTheFirstLeavesNothingBehind_J4) {
  const std::string text = support::in_child([&]() -> std::string {
    const q::timer keeps_the_thread;
    if (!support::refuse_call(SYS_inotify_add_watch, ENOSPC)) return "no filter";
    const std::size_t before = support::count_descriptors();
    std::string told;
    for (int i = 0; i < 3; ++i) {
      try {
        const q::file_watch made(directory_);
        return "watched";
      } catch (const std::system_error& error) {
        told = error.what();
      }
    }
    return support::count_descriptors() == before ? told : "a descriptor is left";
  });
  EXPECT_THAT(text, AllOf(HasSubstr(directory_.string()), HasSubstr("max_user_watches")));
}

// The number of what the kernel watches for one user is limited, too.
TEST_F(OutOfDescriptors, WhatTheKernelDoesNotWatchForThemIsNotThereAtAll_J4) {
  const std::vector<std::function<void()>> makings{
      [&] { const q::descriptor made(ends_[0], q::descriptor::readiness::readable); },
      [&] { const q::file_watch made(directory_); },
      [] { const q::os_signal made(SIGUSR1); },
      [] {
        const q::process made = q::process::spawn({"sleep", "1000"});
      },
  };
  for (const auto& make : makings) {
    const std::string text = support::in_child([&]() -> std::string {
      const q::timer keeps_the_thread;
      { const q::os_signal makes_what_stays(SIGUSR2); }
      if (!support::refuse_call(SYS_epoll_ctl, ENOSPC)) return "no filter";
      const std::size_t before = support::count_descriptors();
      std::string told = "made";
      try {
        make();
      } catch (const std::system_error& error) {
        told = error.what();
      }
      struct sigaction now {};
      ::sigaction(SIGUSR1, nullptr, &now);
      if (now.sa_handler != SIG_DFL) return "the action of the signal is another one";
      if (::waitpid(-1, nullptr, WNOHANG) != -1) return "a child is left";
      return support::count_descriptors() == before ? told : "a descriptor is left";
    });
    EXPECT_THAT(text, AllOf(HasSubstr("/proc/sys/fs/epoll/max_user_watches"), Not(HasSubstr("space left"))))
        << "number " << &make - makings.data();
  }
}

}  // namespace
