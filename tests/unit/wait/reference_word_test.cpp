#include "quiesce/reference_word.hpp"

#include <gtest/gtest.h>

namespace {

using word = quiesce::reference_word;
using step = word::step;
constexpr std::uint32_t owned[] = {1, 2, 3, 1000, 0x7fffffff};

TEST(ReferenceWord, OneThatHasEndedIsNeverTakenUpAgain) {
  EXPECT_EQ(word::on_try_add(word::ended).outcome, step::refused);
  EXPECT_EQ(word::on_try_add(word::ended).next, word::ended);
}

TEST(ReferenceWord, AnAddedReferenceHasToBeDropped) {
  for (const std::uint32_t seen : owned) {
    const word::move added = word::on_try_add(seen);
    EXPECT_EQ(added.outcome, step::added);
    EXPECT_EQ(added.next, seen + 1);
    EXPECT_EQ(word::on_drop(added.next).next, seen);
    EXPECT_EQ(word::on_drop(added.next).outcome, step::others_left);
  }
}

TEST(ReferenceWord, ExactlyTheLastDropEndsTheObject) {
  for (const std::uint32_t seen : owned) {
    const word::move dropped = word::on_drop(seen);
    EXPECT_EQ(dropped.outcome == step::last, dropped.next == word::ended);
    EXPECT_EQ(dropped.outcome == step::last, seen == word::initial);
  }
}

}  // namespace
