#include "http_url.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace quiesce_tool {
namespace {

constexpr std::string_view scheme = "http://";
constexpr std::uint16_t usual_port = 80;

bool may_stand_in_a_target(char c) { return c > ' ' && c < 0x7f; }

}  // namespace

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::vector<std::string> addresses_of(std::string_view host) {
  if (host == "localhost") return {"127.0.0.1", "::1"};
  const std::string text{host};
  if (text.find('\0') != std::string::npos) return {};
  std::array<unsigned char, sizeof(in6_addr)> address{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, text.c_str(), address.data()) == 1) return {text};
  }
  return {};
}

std::string endpoint_text(std::string_view host, std::uint16_t port) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  return fmt::format(fmt::runtime(is_v6 ? "[{}]:{}" : "{}:{}"), host, port);
}

std::optional<http_url> parse_http_url(std::string_view text) {
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto slash = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, slash);
  const std::string_view rest = text.substr(slash);
  std::string target(rest.starts_with('/') ? "" : "/");
  target += rest;
  target.erase(std::min(target.find('#'), target.size()));  // the part behind # is for the one who asks
  if (!std::all_of(target.begin(), target.end(), may_stand_in_a_target)) return std::nullopt;

  std::string_view host;
  if (authority.starts_with('[')) {
    const auto closing = authority.find(']');
    if (closing == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, closing - 1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
    authority.remove_prefix(closing + 1);
  } else {
    host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(host.size());
  }
  if (addresses_of(host).empty()) return std::nullopt;
  if (authority.empty()) return http_url{std::string{host}, usual_port, std::move(target)};
  const auto port = authority.starts_with(':') ? parse_port(authority.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  return http_url{std::string{host}, *port, std::move(target)};
}

}  // namespace quiesce_tool
