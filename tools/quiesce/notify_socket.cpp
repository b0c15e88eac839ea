#include "notify_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "throw_errno.hpp"

namespace quiesce_tool {
namespace {

constexpr std::size_t longest_message = 4096;  // what comes behind it is cut off
constexpr int most_at_once = 16;

file_descriptor make_socket() {
  file_descriptor made{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!made) throw_errno("socket");
  const int on = 1;
  if (::setsockopt(made.number(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) throw_errno("SO_PASSCRED");
  // An address without a path: the kernel chooses an abstract name that nobody has.
  sockaddr_un any{};
  any.sun_family = AF_UNIX;
  if (::bind(made.number(), reinterpret_cast<const sockaddr*>(&any), sizeof any.sun_family) != 0) throw_errno("bind");
  return made;
}

std::string name_of(const file_descriptor& made) {
  sockaddr_un name{};
  socklen_t size = sizeof name;
  if (::getsockname(made.number(), reinterpret_cast<sockaddr*>(&name), &size) != 0) throw_errno("getsockname");
  // The first byte is zero; users write @ for it.
  return "@" + std::string(name.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
}

}  // namespace

notify_socket::notify_socket(q::thread_pool& pool, std::function<void(const message&)> take)
    : socket_{make_socket()},
      name_{name_of(socket_)},
      take_{std::move(take)},
      ready_{socket_.number(), q::descriptor::readiness::readable},
      on_ready_{pool, [this](q::callback_scope& scope) {
                  scope.arm(ready_);
                  drain();
                }} {
  on_ready_.arm(ready_);
}

void notify_socket::drain() {
  for (int i = 0; i < most_at_once; ++i) {
    std::array<char, longest_message> buffer;
    iovec part{buffer.data(), buffer.size()};
    // Room for the sender and not for descriptors, which the kernel drops then.
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(ucred))> control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket_.number(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return;
    const cmsghdr* const first = CMSG_FIRSTHDR(&header);
    if (first == nullptr || first->cmsg_level != SOL_SOCKET || first->cmsg_type != SCM_CREDENTIALS) continue;
    ucred sender{};
    std::memcpy(&sender, CMSG_DATA(first), sizeof sender);
    take_({.pid = sender.pid, .user = sender.uid, .text = {buffer.data(), static_cast<std::size_t>(count)}});
  }
}

}  // namespace quiesce_tool
