#include "line_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace quiesce_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Collects pieces; one that continues a line begins with a plus.
class collected {
 public:
  void feed(std::string_view bytes) { lines_.feed(bytes, take_); }
  void finish() { lines_.finish(take_); }
  const std::vector<std::string>& pieces() const { return pieces_; }

 private:
  line_splitter lines_;
  std::vector<std::string> pieces_;
  line_splitter::sink take_ = [this](const line_piece& piece) {
    pieces_.push_back((piece.continued ? "+" : "") + std::string{piece.text});
  };
};

TEST(LineSplitter, OnePartMayHoldManyLines) {
  collected got;
  got.feed("one\ntwo\n\nfour\n");
  EXPECT_THAT(got.pieces(), ElementsAre("one", "two", "", "four"));
}

TEST(LineSplitter, OneLineMayComeInManyParts) {
  collected got;
  for (const char c : std::string_view{"hello\nyou\n"}) got.feed({&c, 1});
  EXPECT_THAT(got.pieces(), ElementsAre("hello", "you"));
}

TEST(LineSplitter, ALineIsNotHandedOverBeforeItsEnd) {
  collected got;
  got.feed("half");
  EXPECT_THAT(got.pieces(), IsEmpty());
}

TEST(LineSplitter, TheEndOfTheStreamEndsALineWithoutNewline) {
  collected got;
  got.feed("a\nhalf");
  got.finish();
  EXPECT_THAT(got.pieces(), ElementsAre("a", "half"));
}

TEST(LineSplitter, TheEndAddsNoEmptyLine) {
  collected got;
  got.finish();
  got.feed("a\n");
  got.finish();
  got.finish();
  EXPECT_THAT(got.pieces(), ElementsAre("a"));
}

TEST(LineSplitter, AfterTheEndANewStreamBegins) {
  collected got;
  got.feed("a");
  got.finish();
  got.feed("b\n");
  EXPECT_THAT(got.pieces(), ElementsAre("a", "b"));
}

TEST(LineSplitter, ALineOfTheGreatestLengthIsWhole) {
  const std::string line(line_splitter::longest, 'x');
  for (const std::size_t part : {line.size() + 1, std::size_t{1000}, line.size()}) {
    collected got;
    const std::string bytes = line + "\n";
    for (std::size_t at = 0; at < bytes.size(); at += part) got.feed(std::string_view{bytes}.substr(at, part));
    EXPECT_THAT(got.pieces(), ElementsAre(line)) << "in parts of " << part;
  }
}

TEST(LineSplitter, ALongerLineIsCutAndNothingIsLost) {
  const std::string line = std::string(line_splitter::longest, 'x') + std::string(line_splitter::longest, 'y') + "zz";
  for (const std::size_t part : {line.size() + 4, std::size_t{1000}, std::size_t{65536}}) {
    collected got;
    const std::string bytes = line + "\nab\n";
    for (std::size_t at = 0; at < bytes.size(); at += part) got.feed(std::string_view{bytes}.substr(at, part));
    EXPECT_THAT(got.pieces(), ElementsAre(std::string(line_splitter::longest, 'x'),
                                          "+" + std::string(line_splitter::longest, 'y'), "+zz", "ab"))
        << "in parts of " << part;
  }
}

TEST(LineSplitter, APieceIsHandedOverBeforeTheLineEnds) {
  collected got;
  got.feed(std::string(line_splitter::longest + 1, 'x'));
  ASSERT_EQ(got.pieces().size(), 1U);
  got.finish();
  EXPECT_THAT(got.pieces(), ElementsAre(std::string(line_splitter::longest, 'x'), "+x"));
}

TEST(LineSplitter, ACutDoesNotTearACharacter) {
  const std::string before(line_splitter::longest - 1, 'x');
  collected got;
  got.feed(before + "\xe2\x82\xac" + "y\n");  // the euro sign, three bytes
  EXPECT_THAT(got.pieces(), ElementsAre(before,
                                        "+\xe2\x82\xac"
                                        "y"));
}

TEST(LineSplitter, BytesThatAreNoTextAreCutAnywhere) {
  const std::string line(line_splitter::longest + 1, '\x80');
  collected got;
  got.feed(line + "\n");
  EXPECT_THAT(got.pieces(), ElementsAre(std::string(line_splitter::longest, '\x80'), "+\x80"));
}

TEST(LineSplitter, EveryByteButNewlinesPassesUnchanged) {
  std::string line;
  for (int c = 0; c < 256; ++c) {
    if (c != '\n') line.push_back(static_cast<char>(c));
  }
  collected got;
  got.feed(line + "\n");
  EXPECT_THAT(got.pieces(), ElementsAre(line));
}

}  // namespace
}  // namespace quiesce_tool
