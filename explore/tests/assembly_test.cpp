// Which atomic instructions are taken for the program's own.
#include "assembly.hpp"

#include <gtest/gtest.h>

using explore::atomic_instructions;
using addresses = std::vector<std::uintptr_t>;

namespace {

constexpr const char* head = R"(
program:     file format elf64-x86-64


Disassembly of section .text:

)";

std::string function(const char* lines) { return std::string(head) + "0000000000001130 <_Z4workv>:\n" + lines; }

}  // namespace

TEST(Assembly, AnAtomicInstructionBesideCallsOfTheExplorerIsFound) {
  EXPECT_EQ(atomic_instructions(function("    1139:\tcall   1050 <__tsan_func_entry@plt>\n"
                                         "    113e:\tlock cmpxchg %edx,0x2ee4(%rip)        # 4028 <word>\n"
                                         "    1146:\txchg   %eax,(%rdi)\n"
                                         "    1148:\tcall   2050 <_Z5othersv>\n"
                                         "    114d:\tjmp    1060 <__tsan_func_exit>\n")),
            (addresses{0x113e, 0x1146}));
}

TEST(Assembly, OneInAFunctionWithoutAnyCallsIsFound) {
  EXPECT_EQ(atomic_instructions(function("    1139:\tlock xadd %eax,(%rdi)\n    113d:\tret\n")), addresses{0x1139});
}

TEST(Assembly, OneInAFunctionThatWasCompiledWithoutCallsOfTheExplorerIsNot) {
  EXPECT_EQ(atomic_instructions(function("    1139:\tlock subl $0x1,0x8(%rdi)\n"
                                         "    113e:\tcall   2050 <_Z7destroyv>\n"
                                         "\n"
                                         "0000000000001150 <_Z4readv>:\n"
                                         "    1150:\tcall   1070 <__tsan_read4>\n"
                                         "    1155:\tret\n")),
            addresses{});
}

TEST(Assembly, ExchangesOfRegistersAndNamesWithALockAreNot) {
  EXPECT_EQ(atomic_instructions(function("    1139:\txchg   %ax,%ax\n"
                                         "    113b:\tjmp    1170 <lock +0x4>\n"
                                         "    113d:\tmov    0x2ee4(%rip),%eax        # 4028 <lock >\n")),
            addresses{});
}

TEST(Assembly, WhatIsNoDisassemblyHasNone) {
  EXPECT_EQ(atomic_instructions(""), addresses{});
  EXPECT_EQ(atomic_instructions("objdump: no such file\nlock \n:\t\n"), addresses{});
}
