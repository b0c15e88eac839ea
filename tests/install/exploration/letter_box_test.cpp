#include <gtest/gtest.h>

#include <explore/explore.hpp>
#include <mutex>
#include <thread>

class letter_box {
 public:
  // Whether there was room.
  bool put() {
    const std::lock_guard hold{guard_};
    if (is_full_) return false;
    is_full_ = true;
    return true;
  }

 private:
  std::mutex guard_;
  bool is_full_ = false;
};

void two_put_a_letter() {
  letter_box box;
  bool theirs = false;
  std::thread other{[&] { theirs = box.put(); }};
  const bool ours = box.put();
  other.join();
  if (theirs) explore::reach("the other thread comes first");
  EXPECT_NE(ours, theirs);
}

TEST(LetterBox, TakesOneOfTwoLetters) {
  explore::options how;
  how.must_reach = {"the other thread comes first"};
  how.has_failed = [] { return ::testing::Test::HasFailure(); };
  const explore::report found = explore::check(two_put_a_letter, how);
  EXPECT_TRUE(found) << found;
}
