// What is read from the network and from messages: addresses, status lines, READY=1, names of signals.
#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <string>

#include "http_status.hpp"
#include "http_url.hpp"
#include "notify_message.hpp"
#include "restart_rule.hpp"
#include "signal_name.hpp"

namespace quiesce_tool {
namespace {

TEST(HttpUrl, HostPortAndTargetAreRead) {
  const auto url = parse_http_url("http://127.0.0.1:8080/health?a=b");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->target, "/health?a=b");
}

TEST(HttpUrl, PortAndTargetMayBeLeftOut) {
  EXPECT_EQ(parse_http_url("http://localhost")->host, "localhost");
  EXPECT_EQ(parse_http_url("http://localhost")->port, 80);
  EXPECT_EQ(parse_http_url("http://localhost")->target, "/");
  EXPECT_EQ(parse_http_url("http://localhost:81?a")->target, "/?a");
  EXPECT_EQ(parse_http_url("http://localhost/a#b")->target, "/a");
}

TEST(HttpUrl, AnIpv6AddressStandsInBrackets) {
  EXPECT_EQ(parse_http_url("http://[::1]:81/")->host, "::1");
  EXPECT_EQ(parse_http_url("http://[::1]")->port, 80);
}

TEST(HttpUrl, AnythingElseIsRefused) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "/health"sv, "https://127.0.0.1/"sv, "http://"sv, "http:///a"sv, "http://example.org/"sv,
        "http://127.0.0.1:/"sv, "http://127.0.0.1:0/"sv, "http://127.0.0.1:65536/"sv, "http://127.0.0.1:8x/"sv,
        "http://[::1/"sv, "http://[127.0.0.1]/"sv, "http://[::1]x/"sv, "http://user@127.0.0.1/"sv,
        "http://127.0.0.1/a b"sv, "http://127.0.0.1/a\r\nHost: x"sv, "http://127.0.0.1/\xc3\xa4"sv,
        "http://localhost\0x/"sv}) {
    EXPECT_FALSE(parse_http_url(text)) << text;
  }
}

TEST(HttpStatus, IsReadHoweverItIsCutIntoPieces) {
  const std::string answer = "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n";
  const auto end = answer.find('\n');
  for (std::size_t length = 0; length <= answer.size(); ++length) {
    const auto read = parse_http_status(std::string_view{answer}.substr(0, length));
    EXPECT_EQ(read.complete, length > end) << length;
    EXPECT_EQ(read.status, length > end ? std::optional{204} : std::nullopt) << length;
  }
}

TEST(HttpStatus, WhatIsNoStatusLineIsSeenAtOnce) {
  for (const char* text : {"S", "SSH-2.0\r\n", "HTTP/2 200\r\n", "HTTP/1.1\r\n", "HTTP/1.1 \r\n", "HTTP/1.1 20\r\n",
                           "HTTP/1.1 2000\r\n", "HTTP/1.1 -20\r\n", "HTTP/1.1 OK\r\n", "HTTP/1.1 099\r\n"}) {
    const auto read = parse_http_status(text);
    EXPECT_TRUE(read.complete) << text;
    EXPECT_EQ(read.status, std::nullopt) << text;
  }
}

TEST(HttpStatus, ALineWithoutEndIsGivenUp) {
  EXPECT_FALSE(parse_http_status("HTTP/1.1 " + std::string(8000, ' ')).complete);
  EXPECT_TRUE(parse_http_status("HTTP/1.1 " + std::string(9000, ' ')).complete);
}

TEST(NotifyMessage, ReadyIsALineOfItsOwn) {
  EXPECT_TRUE(says_ready("READY=1"));
  EXPECT_TRUE(says_ready("STATUS=up\nREADY=1\nMAINPID=7"));
  EXPECT_FALSE(says_ready(""));
  EXPECT_FALSE(says_ready("READY=0"));
  EXPECT_FALSE(says_ready("READY=10"));
  EXPECT_FALSE(says_ready("STATUS=READY=1"));
  EXPECT_FALSE(says_ready("\n\n"));
}

TEST(SignalName, IsReadWithAndWithoutItsBeginning) {
  EXPECT_EQ(parse_signal("SIGINT"), SIGINT);
  EXPECT_EQ(parse_signal("USR2"), SIGUSR2);
  for (const char* text : {"", "SIG", "INTERRUPT", "int", "2", "SIGSEGV", "SIGCONT"}) {
    EXPECT_EQ(parse_signal(text), std::nullopt) << text;
  }
}

TEST(RestartPolicy, IsReadByItsName) {
  EXPECT_EQ(parse_restart_policy("always"), restart_policy::always);
  EXPECT_EQ(parse_restart_policy("on-failure"), restart_policy::on_failure);
  EXPECT_EQ(parse_restart_policy("never"), restart_policy::never);
  EXPECT_EQ(parse_restart_policy("no"), std::nullopt);
}

}  // namespace
}  // namespace quiesce_tool
