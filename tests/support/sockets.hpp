#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <system_error>

#include "support/eventually.hpp"

namespace support {

/// Two connected sockets that do not block: what is written to the one can be read from the other.
class sockets {
 public:
  sockets() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds_.data()) != 0)
      throw std::system_error(errno, std::generic_category());
  }
  sockets(const sockets&) = delete;
  sockets& operator=(const sockets&) = delete;
  ~sockets() {
    close(0);
    close(1);
  }
  int operator[](std::size_t i) const { return fds_[i]; }
  void write(std::size_t i) const {
    if (!eventually([&] { return ::write(fds_[i], "x", 1) == 1; })) throw std::runtime_error("the buffer stays full");
  }
  bool read(std::size_t i) const {
    char byte;
    return ::read(fds_[i], &byte, 1) == 1;
  }
  void close(std::size_t i) {
    if (fds_[i] >= 0) ::close(fds_[i]);
    fds_[i] = -1;
  }

 private:
  std::array<int, 2> fds_{};
};

}  // namespace support
