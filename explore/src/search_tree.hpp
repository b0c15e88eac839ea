/// The searches that come to an end: they walk through the tree of choices, alone or with others.
#pragma once

#include "choice_path.hpp"
#include "search.hpp"

namespace explore {

/// Every interleaving.
class depth_first_search final : public search {
 public:
  explicit depth_first_search(choice_path& path) noexcept : path_(path) {}
  bool begin() noexcept override { return path_.begin(); }
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  bool advance(const engine& in) noexcept override;
  bool is_complete() const noexcept override { return path_.is_explored(); }

 private:
  choice_path& path_;
};

/// One interleaving for each order of dependent steps: source sets with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: Source
/// Sets, J. ACM 64(4), 2017, algorithm 1), with locks, time-outs and blocked steps as search_reduced.cpp tells.
class reduced_search final : public search {
 public:
  explicit reduced_search(choice_path& path) noexcept : path_(path) {}
  bool begin() noexcept override { return path_.begin(); }
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  void made(const engine& in, const operation& done, const event& made) noexcept override;
  void competes(const engine& in, unsigned thread) noexcept override;
  bool advance(const engine& in) noexcept override;
  bool is_complete() const noexcept override { return path_.is_explored(); }

 private:
  void look_for_races(const engine& in, const operation& done, unsigned thread, const vector_clock& before,
                      std::uint32_t end) noexcept;
  void look_behind_gate(const engine& in, const operation& done, unsigned thread, const vector_clock& before,
                        std::uint32_t end) noexcept;
  void look_behind_descriptors(const engine& in, const operation& done, unsigned thread, const vector_clock& before,
                               std::uint32_t end) noexcept;
  void reverse(const engine& in, std::uint32_t earlier, unsigned thread, const vector_clock& needs,
               std::uint32_t end) noexcept;

  choice_path& path_;
  std::uint32_t asleep_ = 0;
};

}  // namespace explore
