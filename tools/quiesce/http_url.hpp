#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quiesce_tool {

/// Where a GET goes.
struct http_url {
  std::string host;  // as it was written, without brackets
  std::uint16_t port;
  std::string target;  // path and query, never empty
};

/// Reads http://HOST[:PORT][/PATH]. The host is localhost, an IPv4 address or an IPv6 address in brackets: no name that
/// would have to be looked up, since what is asked is a process of this machine.
[[nodiscard]] std::optional<http_url> parse_http_url(std::string_view text);

/// A port from 1 to 65535.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);

/// The numeric addresses of such a host, to be tried in this order; none for any other text. What calls itself localhost
/// may listen on one of two.
[[nodiscard]] std::vector<std::string> addresses_of(std::string_view host);

/// HOST:PORT, as it stands in a URL.
[[nodiscard]] std::string endpoint_text(std::string_view host, std::uint16_t port);

}  // namespace quiesce_tool
