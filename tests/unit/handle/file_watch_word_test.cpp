#include "handle/file_watch_word.hpp"

#include <gtest/gtest.h>

namespace {

using word = quiesce::file_watch_word;
using object = quiesce::object_word;

// Every value beside every combination of the object's flags; what is not of the value has to stay.
template <class Check>
void for_all_words(Check check) {
  for (const std::uint64_t value : {word::unchanged, word::changed, word::ended}) {
    for (std::uint64_t flags = 0; flags <= object::flags; ++flags) check(object::with_value(flags, value), value);
  }
}

void expect(std::uint64_t now, std::uint64_t seen, std::uint64_t value) {
  EXPECT_EQ(object::value(now), value);
  EXPECT_EQ(now & object::flags, seen & object::flags);
}

TEST(FileWatchWord, AChangeIsStoredOnceAndTheEndKeepsIt) {
  for_all_words([](std::uint64_t seen, std::uint64_t value) {
    expect(word::on_change(seen), seen, value == word::ended ? word::ended : word::changed);
  });
}

TEST(FileWatchWord, AnythingCanEndAndNothingFollows) {
  for_all_words([](std::uint64_t seen, std::uint64_t) {
    const std::uint64_t ended = word::on_end(seen);
    expect(ended, seen, word::ended);
    expect(word::on_change(ended), seen, word::ended);
    expect(word::on_end(ended), seen, word::ended);
    expect(word::after_take(ended), seen, word::ended);
  });
}

TEST(FileWatchWord, ATakeUsesUpAChangeAndNotTheEnd) {
  for_all_words([](std::uint64_t seen, std::uint64_t value) {
    EXPECT_EQ(word::is_available(seen), value != word::unchanged);
    EXPECT_EQ(word::has_ended(seen), value == word::ended);
    if (value != word::unchanged) {
      expect(word::after_take(seen), seen, value == word::ended ? word::ended : word::unchanged);
    }
  });
}

}  // namespace
