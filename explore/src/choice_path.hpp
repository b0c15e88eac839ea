/// The choices of an execution, for the searches that come back to them: those of one worker, or of one among several.
#pragma once

#include <cstddef>
#include <cstdint>

#include "search.hpp"

namespace explore {

class shared_tree;
struct shared_work;

class choice_path {
 public:
  /// `shared`: null for a search with one worker. `is_first`: of those workers, the one that begins at the root.
  choice_path(std::size_t steps, shared_work* shared, bool is_first) noexcept;
  choice_path(const choice_path&) = delete;
  choice_path& operator=(const choice_path&) = delete;
  ~choice_path();

  /// Before the first execution. False: there is none to make.
  bool begin() noexcept { return is_first_ || take_over(false); }
  std::size_t size() const noexcept { return path_.size(); }
  choice& operator[](std::size_t at) noexcept { return path_[at]; }
  void push(const choice& made) noexcept;

  /// Threads that are to be tried, or have been, at a choice.
  std::uint32_t wanted(std::uint32_t position) const noexcept;
  void want(std::uint32_t position, std::uint32_t threads) noexcept;

  /// To the next execution, the deepest choice first. False: there is no other.
  bool advance() noexcept;
  bool is_explored() const noexcept;

 private:
  bool take_over(bool was_at_work) noexcept;

  choice_stack path_;
  shared_work* work_;
  shared_tree* shared_;
  bool is_first_;
  // Above the choice at which this worker took over, all belongs to others.
  std::size_t base_ = 0;
  // So many choices, from the first one on, are nodes that others share, and these are their numbers.
  std::size_t nodes_ = 0;
  std::uint32_t* node_ = nullptr;
  std::size_t most_;
};

}  // namespace explore
