#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "throw_errno.hpp"

namespace quiesce_tool {
namespace {

struct address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

address address_of(const std::string& host, std::uint16_t port) {
  address result;
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    result.size = sizeof v4;
    std::memcpy(&result.bytes, &v4, sizeof v4);
    return result;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) throw_errno("no numeric address", EINVAL);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  result.size = sizeof v6;
  std::memcpy(&result.bytes, &v6, sizeof v6);
  return result;
}

}  // namespace

connection::connection(const std::string& host, std::uint16_t port) {
  const address to = address_of(host, port);
  socket_ = file_descriptor{::socket(to.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket_) throw_errno("socket");
  const auto* const target = reinterpret_cast<const sockaddr*>(&to.bytes);
  if (::connect(socket_.number(), target, to.size) == 0) return;
  // An interrupted connect goes on by itself, as one in progress does.
  if (errno != EINPROGRESS && errno != EINTR) throw_errno("connect");
}

std::error_code connection::outcome() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  address peer{.size = sizeof peer.bytes};
  if (error == 0 && ::getpeername(socket_.number(), reinterpret_cast<sockaddr*>(&peer.bytes), &peer.size) != 0) {
    error = errno;  // it is not connected yet, or not any more
  }
  if (error != 0) return {error, std::generic_category()};
  if (!is_to_itself()) return {};
  // Closed as usual, it would keep the port for a minute from the server for which it was looked for.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  static_cast<void>(::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  return std::make_error_code(std::errc::connection_refused);
}

bool connection::is_to_itself() const {
  address here;
  address there;
  here.size = there.size = sizeof here.bytes;
  if (::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&here.bytes), &here.size) != 0) return false;
  if (::getpeername(socket_.number(), reinterpret_cast<sockaddr*>(&there.bytes), &there.size) != 0) return false;
  return here.size == there.size && std::memcmp(&here.bytes, &there.bytes, here.size) == 0;
}

bool somebody_listens(const std::string& address, std::uint16_t port) {
  try {
    const connection attempt{address, port};
    return !attempt.outcome();
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace quiesce_tool
