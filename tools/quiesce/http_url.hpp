#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quiesce_tool {

/// Where a GET goes.
struct http_url {
  std::string host;  // a numeric address
  std::uint16_t port;
  std::string target;  // path and query, never empty
};

/// Reads http://HOST[:PORT][/PATH]. The host is localhost, an IPv4 address or an IPv6 address in brackets: no name that
/// would have to be looked up, since what is asked is a process of this machine.
[[nodiscard]] std::optional<http_url> parse_http_url(std::string_view text);

/// A port from 1 to 65535.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);

/// The numeric address for such a host; 127.0.0.1 for localhost.
[[nodiscard]] std::optional<std::string> numeric_host(std::string_view text);

}  // namespace quiesce_tool
