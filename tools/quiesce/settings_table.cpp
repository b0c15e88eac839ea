#include "settings_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "duration_text.hpp"
#include "signal_name.hpp"

namespace quiesce_tool {
namespace {

constexpr std::size_t most_to_show = 60;

std::string cut(std::string text) {
  if (text.size() <= most_to_show) return text;
  std::size_t end = most_to_show;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside of a character
  return text.substr(0, end) + "…";
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return cut(std::move(out)) + "\"";
}

}  // namespace

std::string shown(const toml::node& value) {
  if (const auto* const text = value.as_string()) return in_quotes(text->get());
  if (value.is_table()) return "a table";
  if (value.is_array()) return "an array";
  std::ostringstream out;
  value.visit([&](const auto& v) {
    if constexpr (toml::is_value<decltype(v)>) out << v;
  });
  return cut(out.str());
}

int line_of(const toml::node& node) noexcept { return static_cast<int>(node.source().begin.line); }

const toml::node* settings_table::look_up(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

int settings_table::line_of(std::string_view key) const {
  const toml::node* const value = table_.get(key);
  return value != nullptr ? quiesce_tool::line_of(*value) : quiesce_tool::line_of(table_);
}

void settings_table::refuse_at(const toml::node& value, std::string_view key, std::string_view what) {
  faults_.push_back({quiesce_tool::line_of(value), fmt::format("{}: {} = {} {}", path_, key, shown(value), what)});
}

void settings_table::refuse(std::string_view key, std::string_view what) {
  if (const toml::node* const value = table_.get(key)) refuse_at(*value, key, what);
}

std::optional<std::string> settings_table::text_in(const toml::node& value, std::string_view key) {
  const auto* const text = value.as_string();
  const char* wrong = nullptr;
  if (text == nullptr) {
    wrong = "is no text in quotes";
  } else if (text->get().empty()) {
    wrong = "is empty";
  } else if (text->get().find('\0') != std::string::npos) {
    wrong = "contains a NUL byte";
  }
  if (wrong == nullptr) return text->get();
  refuse_at(value, key, wrong);
  return std::nullopt;
}

std::optional<std::string> settings_table::text(std::string_view key) {
  const toml::node* const value = look_up(key);
  return value != nullptr ? text_in(*value, key) : std::nullopt;
}

std::optional<bool> settings_table::flag(std::string_view key) {
  const toml::node* const value = look_up(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* const flag = value->as_boolean()) return flag->get();
  refuse_at(*value, key, "is neither true nor false");
  return std::nullopt;
}

std::optional<std::int64_t> settings_table::number(std::string_view key, std::int64_t least, std::int64_t most) {
  const toml::node* const value = look_up(key);
  if (value == nullptr) return std::nullopt;
  const auto* const number = value->as_integer();
  if (number != nullptr && number->get() >= least && number->get() <= most) return number->get();
  refuse_at(*value, key, fmt::format("is no whole number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> settings_table::duration(std::string_view key) {
  const toml::node* const value = look_up(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* const text = value->as_string()) {
    if (const auto parsed = parse_duration(text->get())) return parsed;
  }
  refuse_at(*value, key, "is no duration; write \"10s\", \"250ms\" or \"2m\"");
  return std::nullopt;
}

std::optional<int> settings_table::signal(std::string_view key) {
  const toml::node* const value = look_up(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* const text = value->as_string()) {
    if (const auto number = parse_signal(text->get())) return number;
  }
  refuse_at(*value, key, fmt::format("is none of {}", signals_to_send()));
  return std::nullopt;
}

std::vector<std::pair<std::string, int>> settings_table::texts(std::string_view key) {
  std::vector<std::pair<std::string, int>> all;
  const toml::node* const value = look_up(key);
  if (value == nullptr) return all;
  const auto take = [&](const toml::node& each) {
    if (auto text = text_in(each, key)) all.emplace_back(std::move(*text), quiesce_tool::line_of(each));
  };
  if (const auto* const array = value->as_array()) {
    for (const auto& each : *array) take(each);
  } else {
    take(*value);
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> settings_table::variables(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> all;
  const toml::node* const value = look_up(key);
  if (value == nullptr) return all;
  const auto* const table = value->as_table();
  if (table == nullptr) {
    refuse_at(*value, key, "is no table of texts");
    return all;
  }
  for (const auto& [name, each] : *table) {
    const auto* const text = each.as_string();
    const auto variable = fmt::format("{}.{}", key, name.str());
    if (name.empty() || name.str().find('=') != std::string_view::npos ||
        name.str().find('\0') != std::string_view::npos) {
      refuse_at(each, variable, "has a name that no variable can have");
    } else if (text == nullptr) {
      refuse_at(each, variable, "is no text in quotes");
    } else if (text->get().find('\0') != std::string::npos) {
      refuse_at(each, variable, "contains a NUL byte");
    } else {
      all.emplace_back(name.str(), text->get());
    }
  }
  return all;
}

std::optional<settings_table> settings_table::table(std::string_view key) {
  const toml::node* const value = look_up(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* const table = value->as_table()) {
    return settings_table{*table, fmt::format("{}.{}", path_, key), faults_};
  }
  refuse_at(*value, key, "is no table");
  return std::nullopt;
}

void settings_table::refuse_other_keys() {
  for (const auto& [key, value] : table_) {
    if (asked_.contains(key.str())) continue;
    refuse_at(value, key.str(), fmt::format("is not known; known are {}", fmt::join(asked_, ", ")));
  }
}

}  // namespace quiesce_tool
