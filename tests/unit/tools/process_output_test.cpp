#include "process_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ProcessOutput : public ::testing::Test {
 protected:
  void TearDown() override {
    pool_.stop();
    output_.reset();
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

  void open() {
    on_worker([&] { pipe_ = output_->open(); });
  }

  void write(std::string_view text) {
    ASSERT_EQ(::write(pipe_.number(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  q::thread_pool pool_{{.running = 1}};
  q::auto_reset_event took_, asked_;
  bool may_read_ = true;
  std::vector<std::string> lines_;
  file_descriptor pipe_;
  std::optional<process_output> output_{std::in_place, pool_,
                                        [this](const line_piece& piece) {
                                          lines_.emplace_back(piece.text);
                                          took_.set();
                                        },
                                        [this] {
                                          asked_.set();
                                          return may_read_;
                                        }};
};

TEST_F(ProcessOutput, HandsOverEachLineWhenItIsWhole) {
  open();
  write("one\ntw");
  (void)q::wait(took_);
  write("o\n");
  (void)q::wait(took_);
  on_worker([&] { EXPECT_THAT(lines_, ElementsAre("one", "two")); });
}

TEST_F(ProcessOutput, TheEndOfThePipeEndsTheLastLine) {
  open();
  write("half");
  pipe_.close();
  (void)q::wait(took_);
  on_worker([&] { EXPECT_THAT(lines_, ElementsAre("half")); });
}

TEST_F(ProcessOutput, LeavesEverythingInThePipeWhileItMayNotRead) {
  may_read_ = false;
  open();
  write("one\n");
  (void)q::wait(asked_);
  on_worker([&] {
    EXPECT_THAT(lines_, IsEmpty());
    may_read_ = true;
    output_->resume();
  });
  (void)q::wait(took_);
  on_worker([&] { EXPECT_THAT(lines_, ElementsAre("one")); });
}

TEST_F(ProcessOutput, DrainingReadsAlsoWhatMayNotBeReadYet) {
  may_read_ = false;
  open();
  write("one\nhalf");
  on_worker([&] {
    output_->drain();
    EXPECT_THAT(lines_, ElementsAre("one"));
    output_->finish();
    EXPECT_THAT(lines_, ElementsAre("one", "half"));
  });
}

TEST_F(ProcessOutput, FinishingTakesWhatIsInThePipeAndClosesItThoughSomebodyHoldsIt) {
  open();
  on_worker([&] {
    write("one\n");
    output_->finish();
    EXPECT_THAT(lines_, ElementsAre("one"));
    output_->finish();
    output_->drain();
    output_->resume();
  });
}

TEST_F(ProcessOutput, ServesOneRunAfterTheOther) {
  open();
  write("first");
  open();
  write("second\n");
  pipe_.close();
  on_worker([&] {
    output_->finish();
    EXPECT_THAT(lines_, ElementsAre("first", "second"));
  });
}

}  // namespace
}  // namespace quiesce_tool
