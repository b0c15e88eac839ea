#include "wait/claim_word.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using quiesce::wait_result;
using quiesce::wait_status;
using word = quiesce::claim_word;

constexpr wait_status reasons[] = {wait_status::signalled, wait_status::abandoned,   wait_status::timed_out,
                                   wait_status::stopped,   wait_status::interrupted, wait_status::aborted,
                                   wait_status::failed};
constexpr std::uint32_t indices[] = {0, 1, 63, 64, word::most_handles - 1};

bool takes(wait_status reason) { return reason == wait_status::signalled || reason == wait_status::abandoned; }

std::vector<std::uint32_t> all_won() {
  std::vector<std::uint32_t> words;
  for (const wait_status reason : reasons) {
    for (const std::uint32_t index : indices) {
      if (takes(reason) || index == 0) words.push_back(word::won(reason, index));
    }
  }
  return words;
}

TEST(ClaimWord, AnOpenWaitIsWonByWhoeverClaimsIt) {
  for (const std::uint32_t desired : all_won()) {
    EXPECT_NE(desired, word::open);
    EXPECT_EQ(word::on_claim(word::open, desired).outcome, word::step::won);
    EXPECT_EQ(word::on_claim(word::open, desired).next, desired);
  }
}

TEST(ClaimWord, AWonWaitIsNeverLeft) {
  for (const std::uint32_t seen : all_won()) {
    for (const std::uint32_t desired : all_won()) {
      EXPECT_EQ(word::on_claim(seen, desired).outcome, word::step::lost);
      EXPECT_EQ(word::on_claim(seen, desired).next, seen);
    }
  }
}

TEST(ClaimWord, TheWordIsTheResult) {
  for (const wait_status reason : reasons) {
    for (const std::uint32_t index : indices) {
      if (!takes(reason) && index != 0) continue;
      const wait_result result = word::result(word::won(reason, index));
      EXPECT_EQ(result.status, reason);
      EXPECT_EQ(result.index, takes(reason) ? index : wait_result::none);
      EXPECT_EQ(static_cast<bool>(result), takes(reason));
    }
  }
}

}  // namespace
