#pragma once
#include <cstdint>
#include <string>
#include <system_error>

#include "file_descriptor.hpp"

namespace quiesce_tool {

/// A TCP connection that is being made without blocking. When its descriptor is writable, the outcome is known.
class connection {
 public:
  /// `host` is a numeric address.
  /// Errors: std::system_error if it cannot even be tried, or is refused at once.
  connection(const std::string& host, std::uint16_t port);

  [[nodiscard]] int number() const noexcept { return socket_.number(); }

  /// How it turned out. No error: somebody is there.
  [[nodiscard]] std::error_code outcome() const;

 private:
  /// A connection to a port of this machine on which nobody listens may get that very port as its own, and then
  /// connects to itself.
  [[nodiscard]] bool is_to_itself() const;

  file_descriptor socket_;
};

/// Whether somebody accepts connections there now. It does not wait: of an address of another machine nothing is known
/// at once, and that is a no.
[[nodiscard]] bool somebody_listens(const std::string& address, std::uint16_t port);

}  // namespace quiesce_tool
