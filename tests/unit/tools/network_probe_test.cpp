// One attempt to reach a port or to get an answer: each way in which it can end.
#include "network_probe.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "connection.hpp"
#include "http_url.hpp"

namespace quiesce_tool {
namespace {

using namespace std::chrono_literals;

// Listens on a port of its own on this machine; what connects waits in its queue.
class listening_socket {
 public:
  explicit listening_socket(int family = AF_INET) : fd_{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_storage address{};
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = IN6ADDR_LOOPBACK_INIT;
    }
    address.ss_family = static_cast<sa_family_t>(family);
    auto* const bytes = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (::bind(fd_, bytes, size) != 0 || ::listen(fd_, 8) != 0 || ::getsockname(fd_, bytes, &size) != 0) {
      throw std::system_error{errno, std::generic_category(), "cannot listen"};
    }
    port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);  // at the same place in both
  }
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;
  ~listening_socket() { close(); }

  std::uint16_t port() const { return port_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // The request of one who connects, who then gets this answer and the end of the stream.
  std::string serve(std::string_view answer) const {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 30'000) != 1) return "nobody came";
    const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    std::string request;
    std::array<char, 1024> buffer;
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::recv(peer, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      request.append(buffer.data(), static_cast<std::size_t>(count));
    }
    static_cast<void>(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL));
    ::close(peer);
    return request;
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

// Containers often have none.
bool has_ipv6() {
  try {
    const listening_socket any{AF_INET6};
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

class NetworkProbe : public ::testing::Test {
 protected:
  /// Why it is not ready; empty if it is.
  std::string attempt(const readiness_settings& settings, std::chrono::milliseconds limit = 30s) {
    q::manual_reset_event over;
    probe::verdict how;
    network_probe probe{pool_, settings,
                        [&](probe::verdict verdict) {
                          how = std::move(verdict);
                          over.set();
                        },
                        limit};
    probe.begin();
    if (!q::wait_for(over, 30s)) return "never told";
    return how.value_or("");
  }

  void expect_host(const listening_socket& at, const std::string& written, const std::string& sent) {
    std::thread server{[&] { request_ = at.serve("HTTP/1.1 204 No Content\r\n\r\n"); }};
    EXPECT_EQ(attempt(http_at(at.port(), written)), "");
    server.join();
    EXPECT_NE(request_.find("\r\nHost: " + sent + ":" + std::to_string(at.port()) + "\r\n"), std::string::npos)
        << request_;
  }

  std::string get(const listening_socket& at, std::string_view answer) {
    std::thread server{[&] { request_ = at.serve(answer); }};
    const std::string how = attempt(http_at(at.port()));
    server.join();
    return how;
  }

  static readiness_settings port_at(std::uint16_t port, std::string host = "127.0.0.1") {
    return {.sign = readiness_sign::port, .host = std::move(host), .port = port};
  }
  static readiness_settings http_at(std::uint16_t port, std::string host = "127.0.0.1") {
    return {.sign = readiness_sign::http, .host = std::move(host), .port = port, .target = "/health"};
  }
  static std::string place(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port) + "/health: "; }

  q::thread_pool pool_{{.running = 1}};
  std::string request_;
};

TEST_F(NetworkProbe, APortOnWhichSomebodyListensIsReady) {
  const listening_socket server;
  EXPECT_EQ(attempt(port_at(server.port())), "");
}

TEST_F(NetworkProbe, APortOnWhichNobodyListensIsRefusedByItsName) {
  listening_socket server;
  server.close();
  EXPECT_EQ(attempt(port_at(server.port())), "127.0.0.1:" + std::to_string(server.port()) + ": Connection refused");
}

TEST_F(NetworkProbe, LocalhostIsItsIpv4Address) {
  const listening_socket server;
  EXPECT_EQ(attempt(port_at(server.port(), "localhost")), "");
}

TEST_F(NetworkProbe, LocalhostIsItsIpv6AddressToo) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no address ::1";
  const listening_socket server{AF_INET6};
  EXPECT_EQ(attempt(port_at(server.port(), "localhost")), "");
}

TEST_F(NetworkProbe, ThatNobodyListensAtLocalhostIsToldOnce) {
  listening_socket server;
  server.close();
  EXPECT_EQ(attempt(port_at(server.port(), "localhost")),
            "localhost:" + std::to_string(server.port()) + ": Connection refused");
}

TEST_F(NetworkProbe, AnAnswerOfSuccessIsReady) {
  const listening_socket server;
  EXPECT_EQ(get(server, "HTTP/1.1 200 OK\r\n\r\n"), "");
  EXPECT_EQ(request_.substr(0, request_.find('\r')), "GET /health HTTP/1.1");
}

TEST_F(NetworkProbe, TheRequestNamesItsHostAsItWasWritten) {
  const listening_socket server;
  expect_host(server, "localhost", "localhost");
}

TEST_F(NetworkProbe, TheRequestNamesAnIpv6AddressInBrackets) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no address ::1";
  const listening_socket server{AF_INET6};
  expect_host(server, "::1", "[::1]");
}

TEST_F(NetworkProbe, ARedirectionIsNoSuccess) {
  const listening_socket server;
  EXPECT_EQ(get(server, "HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n"),
            place(server.port()) + "answered with status 301");
}

TEST_F(NetworkProbe, WhoClosesWithoutAnAnswerIsNotReady) {
  const listening_socket server;
  EXPECT_EQ(get(server, ""), place(server.port()) + "closed the connection without an answer");
}

TEST_F(NetworkProbe, WhoSpeaksAnotherLanguageIsNotReady) {
  const listening_socket server;
  EXPECT_EQ(get(server, "220 mail.example.org ESMTP\r\n"), place(server.port()) + "the answer is no HTTP");
}

TEST_F(NetworkProbe, WhoDoesNotAnswerWithinTheLimitIsNotReady) {
  const listening_socket server;  // it accepts nobody: the system does, for its queue
  EXPECT_EQ(attempt(http_at(server.port()), 50ms), place(server.port()) + "no answer");
}

TEST_F(NetworkProbe, IsTakenBackWithItsObject) {
  const listening_socket server;
  bool told = false;
  {
    const auto settings = http_at(server.port());
    network_probe probe{pool_, settings, [&](probe::verdict) { told = true; }};
    probe.begin();
  }
  EXPECT_FALSE(told);
}

TEST(SomebodyListens, IsKnownAtOnceOnThisMachine) {
  listening_socket server;
  EXPECT_TRUE(somebody_listens("127.0.0.1", server.port()));
  server.close();
  EXPECT_FALSE(somebody_listens("127.0.0.1", server.port()));
  EXPECT_FALSE(somebody_listens("no address", server.port()));
}

// The system gives a connection any free port as its own, and that may be the one which it looks for.
TEST(Connection, ToItselfIsNobodyAndLeavesThePortFree) {
  std::optional<std::uint16_t> met;
  for (int port = 40'000; port < 40'020 && !met; port += 2) {
    for (int i = 0; i < 40'000 && !met; ++i) {
      const connection attempt{"127.0.0.1", static_cast<std::uint16_t>(port)};
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      if (::getpeername(attempt.number(), reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
      const auto outcome = attempt.outcome();
      if (!outcome) break;  // somebody listens there
      EXPECT_EQ(outcome, std::errc::connection_refused);
      met = static_cast<std::uint16_t>(port);
    }
  }
  ASSERT_TRUE(met) << "no connection to itself was met";
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(*met);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(server);
}

}  // namespace
}  // namespace quiesce_tool
