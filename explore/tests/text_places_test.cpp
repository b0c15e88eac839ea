#include "text_places.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using stack = std::vector<explore::source_place>;

explore::source_place in_header(const std::string& function, const std::string& header) {
  return {.function = function, .file = "/usr/include/c++/12/bits/" + header, .line = 500};
}

const explore::source_place in_hook{
    .function = "__tsan_read8", .file = "/here/explore/src/hooks.cpp", .own_code = true};
const explore::source_place in_swap = in_header("std::enable_if<true>::type std::swap<int*>(int*&, int*&)", "move.h");
const explore::source_place in_main{.function = "main", .file = "program.cpp", .line = 7, .user_code = true};

explore::source_place in_atomic(const std::string& function) {
  return in_header("std::" + function, "shared_ptr_atomic.h");
}

}  // namespace

TEST(TextPlaces, AnOperationOfAnAtomicSharedPointerIsKnown) {
  const auto load = in_atomic("atomic<std::shared_ptr<int> >::load(std::memory_order) const");
  const auto store = in_atomic("atomic<std::shared_ptr<int> >::store(std::shared_ptr<int>, std::memory_order)");
  const auto inner_load = in_atomic("_Sp_atomic<std::shared_ptr<int> >::load(std::memory_order) const");
  const auto without_name = in_atomic("");
  EXPECT_TRUE(explore::is_in_atomic_shared_pointer(stack{inner_load, load, in_main}));
  EXPECT_TRUE(explore::is_in_atomic_shared_pointer(stack{in_hook, in_swap, without_name, store, in_main}));
}

TEST(TextPlaces, WhatOnlyUsesTheSameHeadersIsNoOperationOfAnAtomicSharedPointer) {
  const auto load = in_atomic("atomic<std::shared_ptr<int> >::load(std::memory_order) const");
  const auto constructor = in_atomic("atomic<std::shared_ptr<int> >::atomic(std::shared_ptr<int>)");
  const auto inner_constructor = in_atomic("_Sp_atomic<std::shared_ptr<int> >::_Sp_atomic(std::shared_ptr<int>)");
  const auto free_function = in_atomic("shared_ptr<int> std::atomic_load<int>(std::shared_ptr<int> const*)");
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{in_swap, in_main}));
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{inner_constructor, constructor, in_main}));
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{free_function, in_main}));
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{in_main, load})) << "called by a callback of the program";
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{in_swap, in_main, load}));
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{in_hook}));
  EXPECT_FALSE(explore::is_in_atomic_shared_pointer(stack{}));
}
