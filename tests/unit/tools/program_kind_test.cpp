#include "program_kind.hpp"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "read_file.hpp"

namespace quiesce_tool {
namespace {

// Whatever this machine is.
Elf64_Ehdr own_header() {
  Elf64_Ehdr header;
  std::memcpy(&header, read_file("/proc/self/exe").value().data(), sizeof(header));
  return header;
}

template <class Record>
std::string bytes_of(const Record& record) {
  return {reinterpret_cast<const char*>(&record), sizeof(record)};
}

/// A program with nothing in it but the sections that it is given.
class image {
 public:
  image() : header_{own_header()} { add("", SHT_NULL, {}); }

  Elf64_Ehdr& header() { return header_; }
  Elf64_Shdr& section(std::size_t index) { return sections_[index]; }

  /// Returns its index.
  std::uint32_t add(const std::string& name, std::uint32_t type, const std::string& content, std::uint32_t link = 0) {
    Elf64_Shdr section{};
    section.sh_name = static_cast<Elf64_Word>(names_.size());
    section.sh_type = type;
    section.sh_offset = sizeof(Elf64_Ehdr) + contents_.size();
    section.sh_size = content.size();
    section.sh_link = link;
    names_ += name + '\0';
    contents_ += content;
    sections_.push_back(section);
    return static_cast<std::uint32_t>(sections_.size() - 1);
  }

  void add_symbol(std::uint32_t type, const std::string& name) {
    const auto strings = add(".strings", SHT_STRTAB, '\0' + name + '\0');
    Elf64_Sym symbol{};
    const auto none = bytes_of(symbol);
    symbol.st_name = 1;
    add(".symbols", type, none + bytes_of(symbol), strings);
  }

  void add_needed(const std::string& library) {
    const auto strings = add(".dynstr", SHT_STRTAB, '\0' + library + '\0');
    Elf64_Dyn entry{};
    entry.d_tag = DT_NEEDED;
    entry.d_un.d_val = 1;
    add(".dynamic", SHT_DYNAMIC, bytes_of(entry) + bytes_of(Elf64_Dyn{}), strings);
  }

  std::string finish() {
    header_.e_shstrndx = static_cast<Elf64_Half>(sections_.size());
    Elf64_Shdr names{};
    names.sh_type = SHT_STRTAB;
    names.sh_offset = sizeof(Elf64_Ehdr) + contents_.size();
    names.sh_size = names_.size();
    sections_.push_back(names);
    header_.e_shoff = names.sh_offset + names.sh_size;
    header_.e_shnum = static_cast<Elf64_Half>(sections_.size());
    return text();
  }

  std::string text() const {
    std::string all = bytes_of(header_) + contents_ + names_;
    for (const auto& section : sections_) all += bytes_of(section);
    return all;
  }

 private:
  Elf64_Ehdr header_;
  std::string contents_;
  std::string names_;
  std::vector<Elf64_Shdr> sections_;
};

const std::string mark{explorer_section};

TEST(ProgramKind, TheMarkOfTheExplorerIsASectionOfItsName) {
  image program;
  program.add(".text", SHT_PROGBITS, "code");
  program.add(mark, SHT_NOTE, "note");
  EXPECT_EQ(kind_of_program(program.finish()), program_kind::explorable);
}

TEST(ProgramKind, AnEndOfTheNameIsNotTheName) {
  image program;
  program.add(mark + "r", SHT_NOTE, "note");
  program.add("x" + mark, SHT_NOTE, "note");
  EXPECT_EQ(kind_of_program(program.finish()), program_kind::without_explorer);
}

TEST(ProgramKind, TheSanitizersRuntimeIsKnownByItsLibraryOrByItsFirstFunction) {
  image dynamic;
  dynamic.add_needed("libtsan.so.2");
  EXPECT_EQ(kind_of_program(dynamic.finish()), program_kind::with_sanitizer);
  for (const auto type : {SHT_SYMTAB, SHT_DYNSYM}) {
    image statically;
    statically.add_symbol(static_cast<std::uint32_t>(type), "__tsan_init");
    EXPECT_EQ(kind_of_program(statically.finish()), program_kind::with_sanitizer);
  }
  image neither;
  neither.add_needed("libtsa.so.2");
  neither.add_symbol(SHT_SYMTAB, "__tsan_init2");
  EXPECT_EQ(kind_of_program(neither.finish()), program_kind::without_explorer);
}

TEST(ProgramKind, TheExplorerDefinesTheSanitizersFunctionsToo) {
  image program;
  program.add(mark, SHT_NOTE, "note");
  program.add_symbol(SHT_DYNSYM, "__tsan_init");
  EXPECT_EQ(kind_of_program(program.finish()), program_kind::explorable);
}

TEST(ProgramKind, TheSanitizersLibraryGoesBeforeTheExplorer) {
  image program;
  program.add(mark, SHT_NOTE, "note");
  program.add_needed("libtsan.so.2");
  EXPECT_EQ(kind_of_program(program.finish()), program_kind::with_sanitizer);
}

TEST(ProgramKind, AFileThatIsNoProgramOfThisMachineIsNamed) {
  EXPECT_EQ(kind_of_program(""), program_kind::no_elf);
  EXPECT_EQ(kind_of_program("\x7f"
                            "EL"),
            program_kind::no_elf);
  EXPECT_EQ(kind_of_program("#!/bin/sh\n"), program_kind::no_elf);
  EXPECT_EQ(kind_of_program("\x7f"
                            "ELF"),
            program_kind::damaged);
  image object;
  object.header().e_type = ET_REL;
  EXPECT_EQ(kind_of_program(object.finish()), program_kind::object_file);
  image small;
  small.header().e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(kind_of_program(small.finish()), program_kind::of_other_machine);
  image foreign;
  foreign.header().e_machine = EM_S390;
  EXPECT_EQ(kind_of_program(foreign.finish()), program_kind::of_other_machine);
}

TEST(ProgramKind, AProgramWithoutSectionsHasNoMark) {
  image program;
  program.header().e_shoff = 0;
  EXPECT_EQ(kind_of_program(program.text()), program_kind::without_explorer);
}

TEST(ProgramKind, NumbersTooLargeForTheHeaderStandInTheFirstSection) {
  image program;
  program.add(mark, SHT_NOTE, "note");
  program.finish();
  program.section(0).sh_size = program.header().e_shnum;
  program.section(0).sh_link = program.header().e_shstrndx;
  program.header().e_shnum = 0;
  program.header().e_shstrndx = SHN_XINDEX;
  EXPECT_EQ(kind_of_program(program.text()), program_kind::explorable);
}

TEST(ProgramKind, ATableOutsideOfTheFileIsDamage) {
  image program;
  program.add(mark, SHT_NOTE, "note");
  const auto whole = program.finish();
  EXPECT_EQ(kind_of_program(std::string_view{whole}.substr(0, whole.size() - 1)), program_kind::damaged);
  program.header().e_shoff = ~std::uint64_t{0};
  EXPECT_EQ(kind_of_program(program.text()), program_kind::damaged);
  program.header().e_shoff = 0;
  EXPECT_EQ(kind_of_program(program.text()), program_kind::without_explorer);
}

// What it answers does not matter; the sanitizers see whether it looks outside of the file.
TEST(ProgramKind, AnyPrefixAndAnyWrongByteIsSurvived) {
  image program;
  program.add_needed("libz.so");
  program.add_symbol(SHT_SYMTAB, "main");
  const auto whole = program.finish();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> prefix{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
    EXPECT_NE(kind_of_program({prefix.data(), prefix.size()}), program_kind::explorable);
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int wrong : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      auto text = whole;
      text[at] = static_cast<char>(wrong);
      EXPECT_NE(kind_of_program(text), program_kind::explorable);
    }
  }
}

TEST(ProgramKind, ThisTestIsNotLinkedWithTheExplorer) {
#if defined(__SANITIZE_THREAD__)
  constexpr auto expected = program_kind::with_sanitizer;
#else
  constexpr auto expected = program_kind::without_explorer;
#endif
  EXPECT_EQ(kind_of_program(read_file("/proc/self/exe").value()), expected);
}

}  // namespace
}  // namespace quiesce_tool
