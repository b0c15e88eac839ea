/// What the workers of a search share, in memory that the parent maps for it.
#pragma once

#include <atomic>
#include <cstdint>

#include "order_set.hpp"
#include "shared_tree.hpp"

namespace explore {

struct shared_work {
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  std::atomic<std::uint64_t> runs;          // executions that were begun, in a tree
  std::atomic<std::uint64_t> first_failed;  // the lowest number of a drawn execution that failed, or none
  std::atomic<bool> stop;                   // somebody is out of time or executions
  std::uint64_t end;                        // real time, the same for workers that begin late
  std::atomic<std::uint32_t> arrived;       // workers
  order_set orders;
  shared_tree tree;
};

}  // namespace explore
