#include "symbols.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "recording.hpp"
#include "symbols_lines.hpp"
#include "symbols_variables.hpp"

int plain_global = 1;
std::atomic<int> global_array[4];
thread_local long thread_tally = 3;

struct marked_call {
  std::uintptr_t return_address;
  unsigned line;
};

[[gnu::noinline]] std::uintptr_t return_address_here() {
  return reinterpret_cast<std::uintptr_t>(__builtin_extract_return_addr(__builtin_return_address(0)));
}

[[gnu::always_inline]] inline marked_call inlined_call() { return {return_address_here(), __LINE__}; }

namespace {

int hidden_global = 2;

[[gnu::noinline]] marked_call call_in_a_function() { return {return_address_here(), __LINE__}; }

[[gnu::always_inline]] inline marked_call inlined_without_linkage() { return {return_address_here(), __LINE__}; }

[[gnu::noinline]] marked_call caller_of_inlined_code() { return inlined_call(); }

[[gnu::noinline]] marked_call caller_of_inlined_code_without_linkage() { return inlined_without_linkage(); }

int* static_of_a_function() {
  static int calls = 5;
  return &calls;
}

using recorded::address_of;

bool has_line_tool() { return std::system("addr2line --version > /dev/null 2>&1") == 0; }

#define NEEDS_LINE_TOOL() ASSERT_TRUE(has_line_tool()) << "addr2line is not installed"

bool ends_with(const std::string& text, const std::string& end) { return text.ends_with(end); }

}  // namespace

TEST(Symbols, AReturnAddressGivesTheFunctionAndTheLineOfItsCall) {
  NEEDS_LINE_TOOL();
  const marked_call call = call_in_a_function();
  explore::symbols names;
  const auto& places = names.places(call.return_address);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_NE(places[0].function.find("call_in_a_function"), std::string::npos);
  EXPECT_TRUE(ends_with(places[0].file, "symbols_test.cpp")) << places[0].file;
  EXPECT_EQ(places[0].line, call.line);
  EXPECT_TRUE(places[0].user_code);
  EXPECT_FALSE(places[0].own_code);
}

TEST(Symbols, AnInlinedFunctionStandsBeforeTheOneThatHoldsIt) {
  NEEDS_LINE_TOOL();
  const marked_call call = caller_of_inlined_code();
  explore::symbols names;
  const auto& places = names.places(call.return_address);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_NE(places[0].function.find("inlined_call"), std::string::npos);
  EXPECT_TRUE(places[0].inlined);
  EXPECT_EQ(places[0].line, call.line);
  EXPECT_NE(places[1].function.find("caller_of_inlined_code"), std::string::npos);
  EXPECT_FALSE(places[1].inlined);
}

TEST(Symbols, AnInlinedFunctionThatCannotBeNamedDoesNotBearTheNameOfItsCaller) {
  NEEDS_LINE_TOOL();
  const marked_call call = caller_of_inlined_code_without_linkage();
  explore::symbols names;
  const auto& places = names.places(call.return_address);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].function.find("caller_of"), std::string::npos);
  EXPECT_EQ(places[0].line, call.line);
  EXPECT_NE(places[1].function.find("caller_of_inlined_code_without_linkage"), std::string::npos);
}

TEST(Symbols, ManyAddressesOfSeveralModulesAreToldApartInOneBatch) {
  NEEDS_LINE_TOOL();
  const marked_call first = call_in_a_function();
  const marked_call second = caller_of_inlined_code();
  const std::uintptr_t in_libc = reinterpret_cast<std::uintptr_t>(&std::abort) + 1;
  explore::symbols names;
  names.resolve({second.return_address, in_libc, first.return_address, 0x10, second.return_address});
  EXPECT_EQ(names.places(first.return_address)[0].line, first.line);
  EXPECT_EQ(names.places(second.return_address)[0].line, second.line);
  EXPECT_NE(names.places(in_libc)[0].function.find("abort"), std::string::npos);
  EXPECT_FALSE(names.places(in_libc)[0].user_code);
  EXPECT_EQ(names.places(0x10)[0].function, "0x10");
}

TEST(Symbols, WithoutTheToolAnAddressStillHasAName) {
  const std::uintptr_t here = call_in_a_function().return_address;
  const std::uintptr_t in_libc = reinterpret_cast<std::uintptr_t>(&std::abort) + 1;
  for (const char* tool : {"no-such-addr2line", "false", "true", "echo", "/"}) {
    explore::symbols names(tool);
    names.resolve({here, in_libc, 0x10});
    EXPECT_NE(names.places(here)[0].function.find("+0x"), std::string::npos) << names.places(here)[0].function;
    EXPECT_NE(names.places(in_libc)[0].function.find("+0x"), std::string::npos);
    EXPECT_EQ(names.places(0x10)[0].text(), "0x10");
    EXPECT_EQ(names.places(here)[0].line, 0u);
  }
}

TEST(Symbols, AnAddressOfDataHasTheNameOfItsVariable) {
  const explore::symbols names;
  EXPECT_EQ(names.variable(address_of(plain_global)), "plain_global");
  EXPECT_EQ(names.variable(address_of(global_array)), "global_array");
  EXPECT_EQ(names.variable(address_of(global_array[2])), "global_array+8");
  EXPECT_EQ(names.variable(address_of(hidden_global)), "hidden_global") << "without (anonymous namespace)::";
  EXPECT_EQ(names.variable(address_of(*static_of_a_function())), "static_of_a_function()::calls");
}

TEST(Symbols, WhatIsNoVariableHasNoName) {
  const explore::symbols names;
  const int on_the_stack = 1;
  EXPECT_EQ(names.variable(address_of(on_the_stack)), "");
  EXPECT_EQ(names.variable(0), "");
  EXPECT_EQ(names.variable(~std::uintptr_t{0}), "");
  EXPECT_EQ(names.variable(return_address_here()), "");
}

#if defined(__x86_64__) || defined(__aarch64__)
TEST(Symbols, AThreadLocalVariableIsNamedByTheThreadPointerOfItsThread) {
  const explore::symbols names;
  const auto pointer = [] { return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()); };
  EXPECT_EQ(names.thread_local_variable(address_of(thread_tally), pointer()), "thread_tally");
  EXPECT_EQ(names.thread_local_variable(address_of(thread_tally) + 4, pointer()), "thread_tally+4");
  EXPECT_EQ(names.thread_local_variable(address_of(thread_tally), 0), "");
  std::thread([&] {
    EXPECT_EQ(names.thread_local_variable(address_of(thread_tally), pointer()), "thread_tally");
  }).join();
}
#endif

TEST(Symbols, SystemHeadersAndTheExplorerAreNotUserCode) {
  EXPECT_TRUE(explore::is_user_code("/home/me/queue.cpp"));
  EXPECT_TRUE(explore::is_user_code("queue.cpp"));
  EXPECT_FALSE(explore::is_user_code("/usr/include/c++/12/bits/std_mutex.h"));
  EXPECT_FALSE(explore::is_user_code("/opt/gcc/include/c++/13/atomic"));
  EXPECT_FALSE(explore::is_user_code("/usr/lib/gcc/x86_64-linux-gnu/12/include/emmintrin.h"));
  EXPECT_FALSE(explore::is_user_code(""));
}

TEST(Symbols, TheMostTellingPlaceIsTheInnermostOfTheProgram) {
  const explore::source_place library{.function = "lock", .file = "/usr/include/c++/12/mutex", .line = 1};
  const explore::source_place user{.function = "push", .file = "a.cpp", .line = 2, .user_code = true};
  const explore::source_place outer{.function = "main", .file = "b.cpp", .line = 3, .user_code = true};
  const explore::source_place nameless{.function = "0x10"};
  EXPECT_EQ(explore::most_telling({nameless, library, user, outer})->text(), "a.cpp:2");
  EXPECT_EQ(explore::most_telling({nameless, library})->text(), "/usr/include/c++/12/mutex:1");
  EXPECT_EQ(explore::most_telling({nameless})->text(), "0x10");
  EXPECT_EQ(explore::most_telling({}), nullptr);
}

TEST(SymbolsLines, ChainsArePartedByTheirAddresses) {
  const auto chains = explore::parse_lines(
      "0x0000000000001233\nstd::atomic<int>::load() const\n/usr/include/c++/12/atomic:5 (discriminator 3)\nmain\n"
      "/home/me/a b:c.cpp:8\n0x0000000000000001\n??\n??:0\n0x0000000000000002\nf\nf.cpp:?\n");
  ASSERT_EQ(chains.size(), 3u);
  ASSERT_EQ(chains[0].size(), 2u);
  EXPECT_EQ(chains[0][0].line, 5u);
  EXPECT_EQ(chains[0][1].file, "/home/me/a b:c.cpp");
  EXPECT_EQ(chains[0][1].line, 8u);
  EXPECT_TRUE(chains[1][0].function.empty() && chains[1][0].file.empty());
  EXPECT_EQ(chains[2][0].file, "f.cpp");
  EXPECT_EQ(chains[2][0].line, 0u);
}

TEST(SymbolsLines, TheInnermostFunctionDoesNotBearTheNameOfTheOutermost) {
  const auto chains = explore::parse_lines(
      "0x1\nstd::state<main::{lambda()#1}>::run() const\na.cpp:1\ninvoke<0>\nb.h:2\nrun\nc.h:3\n"
      "0x2\nstd::atomic<int>::load() const\natomic:5\nmain\na.cpp:8\n");
  ASSERT_EQ(chains.size(), 2u);
  EXPECT_EQ(chains[0][0].function, "");
  EXPECT_EQ(chains[0][0].line, 1u);
  EXPECT_EQ(chains[0][1].function, "invoke<0>");
  EXPECT_EQ(chains[0][2].function, "std::state<main::{lambda()#1}>::run() const");
  EXPECT_EQ(chains[1][0].function, "std::atomic<int>::load() const");
}

TEST(SymbolsLines, OtherOutputGivesNothing) {
  EXPECT_TRUE(explore::parse_lines("").empty());
  EXPECT_TRUE(explore::parse_lines("usage: something\nelse").empty());
  EXPECT_EQ(explore::parse_lines("0x1").size(), 1u);
  EXPECT_EQ(explore::lines_of("no-such-addr2line", "/proc/self/exe", {1, 2, 3}).size(), 3u);
}

TEST(SymbolsVariables, AFileThatIsNoExecutableHasNoVariables) {
  for (const char* file : {"/no/such/file", "/etc/passwd", "/dev/null", "/"}) {
    const explore::variable_table table{std::string(file)};
    EXPECT_EQ(table.variable(0x4000), "");
    EXPECT_EQ(table.thread_local_variable(0), "");
  }
}

TEST(SymbolsVariables, NamesLoseWhatCompilersAndLinkersAppend) {
  EXPECT_EQ(explore::readable_symbol("hits.0"), "hits");
  EXPECT_EQ(explore::readable_symbol("i"), "i");
  EXPECT_EQ(explore::readable_symbol("_ZSt4cout@GLIBCXX_3.4"), "std::cout");
  EXPECT_EQ(explore::readable_symbol("_ZZ1fvE5calls"), "f()::calls");
  EXPECT_EQ(explore::readable_symbol("_ZN12_GLOBAL__N_16hiddenE"), "hidden");
  EXPECT_EQ(explore::readable_symbol(""), "");
}
