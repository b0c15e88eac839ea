#include "order_set.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>

namespace explore {
namespace {

order_counts count_all(order_set& set, std::initializer_list<std::uint64_t> hashes) {
  order_counts counts;
  for (const std::uint64_t hash : hashes) counts.add(set.enter(hash));
  return counts;
}

TEST(OrderSet, TellsTheFirstTheSecondAndLaterOnes) {
  const auto set = std::make_unique<order_set>();
  for (const std::uint64_t hash : {0xabcdef0123456789UL, 2UL, 12UL}) {
    EXPECT_EQ(set->enter(hash), order_set::entry::first);
    EXPECT_EQ(set->enter(hash), order_set::entry::second);
    EXPECT_EQ(set->enter(hash), order_set::entry::later);
    EXPECT_EQ(set->enter(hash), order_set::entry::later);
  }
  EXPECT_EQ(set->enter(0), order_set::entry::later) << "the hash 0 stands where 2 does";
}

TEST(OrderSet, HasNoPlaceForMoreThanThreeQuartersAndThenLooksAtNone) {
  const auto set = std::make_unique<order_set>();
  std::uint64_t hash = 2;
  order_counts counts;
  while (set->enter(hash) == order_set::entry::first) hash += 2;
  EXPECT_GE(hash / 2, order_set::places / 4 * 3);
  EXPECT_LT(hash / 2, order_set::places);
  for (const std::uint64_t each : {hash, std::uint64_t{2}, std::uint64_t{2}, hash - 2}) {
    EXPECT_EQ(set->enter(each), order_set::entry::no_place);
    counts.add(set->enter(each));
  }
  EXPECT_EQ(counts.entered, 0U) << "what was not entered is not counted";
}

TEST(UnseenMass, IsTheShareOfExecutionsWithAnOrderForThemselves) {
  const auto set = std::make_unique<order_set>();
  EXPECT_EQ(unseen_mass({}), 1);
  const order_counts counts = count_all(*set, {10, 20, 10, 30, 10, 20, 40, 50});
  EXPECT_EQ(counts.entered, 8U);
  EXPECT_EQ(counts.distinct, 5U);
  EXPECT_EQ(counts.once, 3);
  EXPECT_EQ(unseen_mass(counts), 3.0 / 8);
}

TEST(UnseenMass, OfWorkersThatShareASetIsThatOfAllTheirExecutions) {
  const auto set = std::make_unique<order_set>();
  order_counts all = count_all(*set, {10, 20, 30});
  const order_counts other = count_all(*set, {10, 20, 40, 40});
  EXPECT_EQ(other.once, -2);
  all += other;
  EXPECT_EQ(all.entered, 7U);
  EXPECT_EQ(all.distinct, 4U);
  EXPECT_EQ(all.once, 1);
  EXPECT_EQ(unseen_mass(all), 1.0 / 7);
}

// Of so many orders, each as likely as any other, the share that was not drawn is known at each moment.
TEST(UnseenMass, IsAboutWhatWasNotDrawnOfEquallyLikelyOrders) {
  for (const std::uint64_t orders : {100UL, 720UL, 5040UL}) {
    const auto set = std::make_unique<order_set>();
    std::mt19937_64 numbers(orders);
    order_counts counts;
    for (std::uint64_t executions : {orders / 2, orders, orders * 3}) {
      while (counts.entered < executions) counts.add(set->enter(2 + 2 * (numbers() % orders)));
      const double unseen = 1 - static_cast<double>(counts.distinct) / static_cast<double>(orders);
      EXPECT_NEAR(unseen_mass(counts), unseen, 3 / std::sqrt(static_cast<double>(executions))) << orders;
    }
  }
}

// Were known orders still counted, and new ones not, the share would sink with each further execution.
TEST(UnseenMass, OfMoreOrdersThanHavePlaceIsThatOfTheFirstExecutions) {
  constexpr std::uint64_t orders = order_set::places * 2;
  const auto set = std::make_unique<order_set>();
  std::mt19937_64 numbers(1);
  order_counts counts;
  for (std::uint64_t made = 0; made < orders; ++made) counts.add(set->enter(2 + 2 * (numbers() % orders)));
  EXPECT_LT(counts.entered, orders / 2) << "the set is full early";
  const double unseen = 1 - static_cast<double>(counts.distinct) / static_cast<double>(orders);
  EXPECT_NEAR(unseen_mass(counts), unseen, 0.005);
}

TEST(UnseenMass, StandsInPlainWordsAndIsNeverNothing) {
  EXPECT_EQ(unseen_mass_text({}), "less than 100 %");
  EXPECT_EQ(unseen_mass_text({.entered = 4, .distinct = 4, .once = 4}), "about 100 %");
  EXPECT_EQ(unseen_mass_text({.entered = 1'000, .distinct = 60, .once = 31}), "about 3 %");
  EXPECT_EQ(unseen_mass_text({.entered = 100'000, .distinct = 60, .once = 31}), "about 0.03 %");
  EXPECT_EQ(unseen_mass_text({.entered = 10'000'000, .distinct = 60, .once = 31}), "less than 0.01 %");
  EXPECT_EQ(unseen_mass_text({.entered = 199, .distinct = 6, .once = 0}), "less than 0.5 %");
  EXPECT_EQ(unseen_mass_text({.entered = 1'000'000, .distinct = 6, .once = 0}), "less than 0.01 %");
}

}  // namespace
}  // namespace explore
