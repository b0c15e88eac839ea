#include "reactor/source_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace {

using quiesce::reactor::source;
using quiesce::reactor::source_id;
using quiesce::reactor::source_table;

struct counting_source : source {
  bool try_reference() noexcept override {
    if (ending) return false;
    ++references;
    return true;
  }
  void release() noexcept override { --references; }
  void ready(std::uint32_t) noexcept override {}

  bool ending = false;
  int references = 0;
};

TEST(SourceTable, AFoundSourceHasBeenReferenced) {
  source_table table;
  counting_source one;
  source_id id;
  table.insert(one, id);
  EXPECT_NE(id, source_id::none);
  EXPECT_EQ(table.find(id), &one);
  EXPECT_EQ(one.references, 1);
  table.erase(id);
}

TEST(SourceTable, ASourceWhoseEndHasBegunIsNotFound) {
  source_table table;
  counting_source one;
  source_id id;
  table.insert(one, id);
  one.ending = true;
  EXPECT_EQ(table.find(id), nullptr);
  table.erase(id);
}

TEST(SourceTable, AnErasedIdStandsForNothingThoughItsSlotIsUsedAnew) {
  source_table table;
  counting_source one;
  std::set<source_id> used;
  for (int round = 0; round < 1000; ++round) {
    source_id id;
    table.insert(one, id);
    EXPECT_TRUE(used.insert(id).second) << "used twice";
    EXPECT_EQ(table.find(id), &one);
    table.erase(id);
    EXPECT_EQ(table.find(id), nullptr);
  }
  source_id id;
  table.insert(one, id);
  for (const source_id old : used) EXPECT_EQ(table.find(old), nullptr);
  table.erase(id);
}

TEST(SourceTable, ManySourcesKeepTheirIds) {
  source_table table;
  std::vector<counting_source> sources(500);
  std::vector<source_id> ids(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) table.insert(sources[i], ids[i]);
  for (std::size_t i = 0; i < sources.size(); i += 2) table.erase(ids[i]);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    EXPECT_EQ(table.find(ids[i]), i % 2 == 0 ? nullptr : &sources[i]) << i;
  }
  for (std::size_t i = 1; i < sources.size(); i += 2) table.erase(ids[i]);
}

TEST(SourceTable, SmallNumbersAreNoIds) {
  source_table table;
  counting_source one;
  source_id id;
  table.insert(one, id);
  // The reactor uses them as keys of its own descriptors.
  for (std::uint64_t key = 0; key < 16; ++key) EXPECT_EQ(table.find(static_cast<source_id>(key)), nullptr);
  table.erase(id);
}

TEST(SourceTableDeathTest, ABugOfTheHoldersIsSaid) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        source_table table;
        counting_source one;
        source_id id;
        table.insert(one, id);
        table.erase(id);
        table.erase(id);
      },
      "not registered");
  EXPECT_DEATH(
      {
        counting_source one;
        source_id id;
        source_table table;
        table.insert(one, id);
      },
      "longer than the reactor");
}

}  // namespace
