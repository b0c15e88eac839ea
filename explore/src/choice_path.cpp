#include "choice_path.hpp"

#include <sys/mman.h>

#include <cstdlib>

#include "shared_work.hpp"

namespace explore {

choice_path::choice_path(std::size_t steps, shared_work* shared, bool is_first) noexcept
    : path_(steps),
      work_(shared),
      shared_(shared != nullptr ? &shared->tree : nullptr),
      is_first_(is_first),
      most_(steps + 1) {
  if (shared == nullptr) return;
  void* const got = ::mmap(nullptr, most_ * sizeof *node_, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) std::abort();
  node_ = static_cast<std::uint32_t*>(got);
}

choice_path::~choice_path() {
  if (node_ != nullptr) ::munmap(node_, most_ * sizeof *node_);
}

void choice_path::push(const choice& made) noexcept {
  path_.push(made);
  if (shared_ == nullptr || nodes_ + 1 != path_.size()) return;
  const std::uint32_t number = nodes_ == 0 ? shared_->add(shared_tree::no_node, {}, made)
                                           : shared_->add(node_[nodes_ - 1], path_[nodes_ - 1], made);
  if (number != shared_tree::no_node) node_[nodes_++] = number;
}

std::uint32_t choice_path::wanted(std::uint32_t position) const noexcept {
  return position < nodes_ ? shared_->wanted(node_[position]) : path_[position].wanted;
}

void choice_path::want(std::uint32_t position, std::uint32_t threads) noexcept {
  if (position < nodes_) {
    shared_->want(node_[position], threads);
  } else {
    path_[position].wanted |= threads;
  }
}

bool choice_path::advance() noexcept {
  while (path_.size() > base_) {
    choice& last = path_.top();
    if (last.has_another_message()) return ++last.message, true;
    if (path_.size() == nodes_) {
      if (shared_->take(node_[nodes_ - 1], last)) return true;
      --nodes_;
    } else {
      last.tried |= bit(last.chosen);
      const std::uint32_t rest = last.wanted & ~last.tried & ~last.asleep;
      if (rest != 0) return last.take_thread(lowest(rest)), true;
    }
    path_.pop();
  }
  return shared_ != nullptr && take_over(true);
}

bool choice_path::is_explored() const noexcept { return shared_ != nullptr ? shared_->is_explored() : path_.empty(); }

bool choice_path::take_over(bool was_at_work) noexcept {
  choice here;
  std::uint32_t node = shared_->take_any(was_at_work, here, work_->stop, work_->end);
  if (node == shared_tree::no_node) return false;
  base_ = shared_->position(node);
  nodes_ = base_ + 1;
  path_.clear();
  for (std::size_t i = 0; i < base_; ++i) path_.push({});
  path_.push(here);
  for (std::size_t at = base_;; --at) {
    node_[at] = node;
    if (at == 0) return true;
    path_[at - 1] = shared_->above(node);
    node = shared_->parent(node);
  }
}

}  // namespace explore
