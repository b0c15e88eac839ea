#include "leftovers.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

namespace quiesce_tool {
namespace {

/// Leftovers whose looks answer what the test says: the last answer again and again.
class Leftovers : public ::testing::Test {
 protected:
  void TearDown() override {
    pool_.stop();
    leftovers_.reset();
  }

  kin next_answer() {
    ++looks_;
    const kin answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return answer;
  }

  void end_and_wait() {
    pool_.post([this] { leftovers_->end({.name = "web", .leader = 7, .since = leftovers::clock::now()}); });
    (void)q::wait(gone_);
  }

  q::thread_pool pool_{{.running = 1}};
  run_options options_;
  file_descriptor nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  outlet out_{pool_, nowhere_.number(), {[] {}, [](std::error_code) {}}};
  console console_{out_, line_prefix{false}};
  event_log log_{nullptr, nullptr};
  descendants family_;
  wards adopted_;
  surroundings around_{pool_, options_, console_, log_, family_, adopted_};
  q::manual_reset_event gone_;
  std::deque<kin> answers_;
  int looks_ = 0;
  std::optional<leftovers> leftovers_{std::in_place, around_, [this] { return next_answer(); }, [this] { gone_.set(); },
                                      [] { return false; }};
};

TEST_F(Leftovers, WhereNobodyIsLeftOneLookIsEnough) {
  answers_ = {{}};
  end_and_wait();
  EXPECT_EQ(looks_, 1);
}

TEST_F(Leftovers, WhileItIsNotClearWhoseSomebodyIsItLooksAgain) {
  answers_ = {{.complete = false}, {.complete = false}, {}};
  end_and_wait();
  EXPECT_EQ(looks_, 3);
}

TEST_F(Leftovers, WhoCanNeverBeToldDoesNotHoldItUpForEver) {
  answers_ = {{.complete = false}};
  end_and_wait();
  EXPECT_GT(looks_, 1);
}

TEST_F(Leftovers, WhileNobodyCanBeLookedAtNobodyCountsAsGone) {
  answers_.assign(15, {.readable = false});  // 10 ms between two looks: longer than unclear ones are waited for
  answers_.push_back({});
  end_and_wait();
  EXPECT_EQ(looks_, 16);
}

TEST_F(Leftovers, WhoIsGoneBeforeHeCouldBeAdoptedIsLookedForAgain) {
  // No process can have this pid.
  const proc_entry nobody{.pid = 1 << 30, .parent = family_.self(), .group = 7, .state = 'S'};
  answers_ = {{.members = {nobody}}, {}};
  end_and_wait();
  EXPECT_EQ(looks_, 2);
}

}  // namespace
}  // namespace quiesce_tool
