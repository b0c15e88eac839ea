#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

/// A TCP port of this machine that nobody else is given while the object lives. Nobody listens on it, and one who binds
/// with SO_REUSEADDR, as servers do, can.
class reserved_port {
 public:
  reserved_port() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const int on = 1;
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* const bytes = reinterpret_cast<sockaddr*>(&address_);
    if (::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 || ::bind(socket_, bytes, size) != 0 ||
        ::getsockname(socket_, bytes, &size) != 0) {
      throw std::system_error{errno, std::generic_category(), "no port"};
    }
  }
  reserved_port(const reserved_port&) = delete;
  reserved_port& operator=(const reserved_port&) = delete;
  ~reserved_port() { ::close(socket_); }

  std::string text() const { return std::to_string(ntohs(address_.sin_port)); }

 private:
  int socket_;
  sockaddr_in address_{};
};
