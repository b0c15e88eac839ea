// Whatever stands in a Procfile or in a settings file: it is read, or each fault names a line of the file.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "http_url.hpp"
#include "procfile.hpp"
#include "run_plan.hpp"
#include "settings_file.hpp"

namespace quiesce_tool {
namespace {

constexpr int rounds = 3000;

constexpr std::string_view good_procfile = "# all\nweb: serve --port 80\n\ndb: store\r\nworker-1: work: \"a\" # b\n";

constexpr std::string_view good_settings = R"(# settings
[web]
needs = ["db", "worker"]
ready = {http = "http://localhost:80/health", limit = "30s", every = "100ms"}
stop = {signal = "SIGINT", limit = "10s"}
environment = {A = "1", "B C" = '''x'''}
watch = ["a", "b"]
reload = "HUP"

[db]
command = """
store \
  it
"""
ready.port = 0x1F90
ready.host = "::1"
restart = "never"

[worker]
command = 'work'
one_shot = true
needs = "db"

[other.ready]
notify = true
[other.stop]
limit = "1\u0073"
)";

const std::array<std::string, 24> pieces = {"[",
                                            "]",
                                            "[[",
                                            "]]",
                                            "{",
                                            "}",
                                            "=",
                                            "\"\"\"",
                                            "'''",
                                            "\"",
                                            "\\",
                                            "\\u0000",
                                            "\n",
                                            "\r\n",
                                            ":",
                                            std::string{"\0", 1},
                                            "\xff",
                                            "#",
                                            "1e999",
                                            "1979-05-27",
                                            "9223372036854775808",
                                            "needs = \"web\"\n",
                                            ".",
                                            "inf"};

/// Another text made of a good one: bytes changed, parts removed, repeated, exchanged for what is likely to hurt.
std::string mutant_of(std::string_view good, std::size_t most_changes, std::mt19937& random) {
  std::string text{good};
  const auto below = [&](std::size_t limit) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1));
  };
  for (std::size_t changes = 1 + below(most_changes); changes > 0; --changes) {
    const auto at = below(text.size() + 1);
    const auto length = std::min(below(20), text.size() - at);
    switch (below(5)) {
      case 0: text.erase(at, length); break;
      case 1: text.insert(at, pieces[below(pieces.size())]); break;
      case 2: text.insert(below(text.size() + 1), text.substr(at, length)); break;
      case 3: text.replace(at, length, pieces[below(pieces.size())]); break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
    }
  }
  return text;
}

int lines_in(std::string_view text) { return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

template <class File>
void expect_result_or_faults_with_lines(const File& file, const std::string& text, unsigned seed) {
  for (const auto& fault : file.faults) {
    EXPECT_GE(fault.line, 0) << "seed " << seed;
    EXPECT_LE(fault.line, lines_in(text)) << "seed " << seed << ": " << fault.what;
    EXPECT_FALSE(fault.what.empty()) << "seed " << seed;
    EXPECT_EQ(fault.what.find('\n'), std::string::npos) << "seed " << seed << ": " << fault.what;
    EXPECT_EQ(fault.what.find('\0'), std::string::npos) << "seed " << seed << ": " << fault.what;
  }
}

TEST(ParserFuzz, BeginsWithFilesThatAreGood) {
  EXPECT_TRUE(parse_procfile(good_procfile).faults.empty());
  EXPECT_TRUE(parse_settings(good_settings).faults.empty());
}

TEST(ParserFuzz, AProcfileIsReadOrItsFaultsHaveLines) {
  int read = 0;
  for (unsigned seed = 0; seed < rounds; ++seed) {
    std::mt19937 random{seed};
    const std::string text = mutant_of(good_procfile, 6, random);
    const auto file = parse_procfile(text);
    expect_result_or_faults_with_lines(file, text, seed);
    EXPECT_TRUE(!file.entries.empty() || !file.faults.empty()) << "seed " << seed;
    for (const auto& entry : file.entries) {
      EXPECT_FALSE(entry.name.empty() || entry.command.empty()) << "seed " << seed;
      EXPECT_EQ(entry.command.find('\0'), std::string::npos) << "seed " << seed;
    }
    read += file.faults.empty() ? 1 : 0;
  }
  EXPECT_GT(read, rounds / 20) << "the mutants are too wild to be worth anything";
  EXPECT_LT(read, rounds * 19 / 20) << "the mutants are too tame to be worth anything";
}

TEST(ParserFuzz, ASettingsFileIsReadOrItsFaultsHaveLines) {
  int read = 0;
  for (unsigned seed = 0; seed < rounds; ++seed) {
    std::mt19937 random{seed};
    const std::string text = mutant_of(good_settings, 2, random);
    const auto file = parse_settings(text);
    expect_result_or_faults_with_lines(file, text, seed);
    for (const auto& fault : file.faults) EXPECT_GE(fault.line, 1) << "seed " << seed << ": " << fault.what;
    for (const auto& entry : file.entries) {
      EXPECT_EQ(entry.settings.command.find('\0'), std::string::npos) << "seed " << seed;
      EXPECT_EQ(entry.settings.needs.size(), entry.need_lines.size()) << "seed " << seed;
    }
    read += file.faults.empty() ? 1 : 0;
  }
  EXPECT_GT(read, rounds / 20) << "the mutants are too wild to be worth anything";
  EXPECT_LT(read, rounds * 19 / 20) << "the mutants are too tame to be worth anything";
}

TEST(ParserFuzz, APlanHasNoFaultsOrNothingToRunInVain) {
  for (unsigned seed = 0; seed < rounds; ++seed) {
    std::mt19937 random{seed};
    const plan_source<procfile> listed{"Procfile", parse_procfile(mutant_of("web: serve\nother: x\n", 2, random))};
    const plan_source<settings_file> settings{"quiesce.toml", parse_settings(mutant_of(good_settings, 2, random))};
    const auto plan = make_plan(listed, settings);
    EXPECT_TRUE(!plan.faults.empty() || !plan.processes.empty()) << "seed " << seed;
    if (!plan.faults.empty()) continue;
    for (const auto& each : plan.processes) EXPECT_FALSE(each.command.empty()) << "seed " << seed;
  }
}

TEST(ParserFuzz, BytesOfAllKindsAreNoReasonToFallOver) {
  for (unsigned seed = 0; seed < rounds; ++seed) {
    std::mt19937 random{seed};
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    expect_result_or_faults_with_lines(parse_procfile(text), text, seed);
    expect_result_or_faults_with_lines(parse_settings(text), text, seed);
    EXPECT_FALSE(parse_http_url(text)) << "seed " << seed;
  }
}

TEST(ParserFuzz, DeepNestingIsAFaultAndNoCrash) {
  for (const char* const opening : {"[", "{a=", "[{a="}) {
    std::string text = "x = ";
    for (int i = 0; i < 20'000; ++i) text += opening;
    EXPECT_FALSE(parse_settings(text).faults.empty());
  }
  std::string dotted = "[a";
  for (int i = 0; i < 20'000; ++i) dotted += ".a";
  EXPECT_FALSE(parse_settings(dotted + "]\n").faults.empty());
}

}  // namespace
}  // namespace quiesce_tool
