#include "schedule.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "shared_outcome.hpp"

namespace explore {
namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
constexpr unsigned more = 16;  // the digit's high bit: another follows
constexpr char weak = 'w';     // no digit
constexpr char reuse = 'z';    // nor this, nor those below
constexpr char spurious = 'y';
constexpr char limit = 'x';

void put(std::string& to, std::uint32_t value) {
  while (value >= more) {
    to += digits[(value % more) | more];
    value /= more;
  }
  to += digits[value];
}

// A flag with a number, which is left out if it is zero.
void put(std::string& to, char flag, std::uint32_t value) {
  if (value == 0) return;
  to += flag;
  put(to, value);
}

bool get(std::string_view& from, std::uint32_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 32 && !from.empty(); shift += 4) {
    const std::size_t digit = digits.find(from.front());
    if (digit == std::string_view::npos) return false;
    from.remove_prefix(1);
    value |= static_cast<std::uint32_t>(digit % more) << shift;
    if (digit < more) return true;
  }
  return false;
}

bool take(std::string_view& from, char flag) {
  if (!from.starts_with(flag)) return false;
  from.remove_prefix(1);
  return true;
}

bool get(std::string_view& from, char flag, std::uint32_t& value) {
  value = 0;
  return !take(from, flag) || (get(from, value) && value != 0);
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string name_for_schedule(const std::string& name) {
  std::string result = name.empty() ? "program" : name;
  std::replace_if(
      result.begin(), result.end(), [](char c) { return !is_name_letter(c); }, '_');
  return result;
}

std::string to_text(const schedule& from) {
  char build[16];
  std::snprintf(build, sizeof build, "%08x", from.build);
  std::string text = "q1." + name_for_schedule(from.name) + "." + build + ".";
  if (from.has_weak_memory) text += weak;
  if (from.has_reuse) text += reuse;
  put(text, spurious, from.spurious_wake_ups);
  put(text, limit, from.steps);
  std::uint32_t before = 0;
  for (const scheduled_search::deviation& each : from.deviations) {
    put(text, each.position - before);
    put(text, each.choice);
    before = each.position;
  }
  if (from.deviations.empty()) text += "-";
  return text;
}

bool parse_schedule(const std::string& text, schedule& result) {
  std::string_view rest = text;
  if (!rest.starts_with("q1.")) return false;
  rest.remove_prefix(3);
  const std::size_t after_name = rest.find('.');
  if (after_name == std::string_view::npos || after_name == 0) return false;
  result.name = rest.substr(0, after_name);
  if (!std::all_of(result.name.begin(), result.name.end(), is_name_letter)) return false;
  rest.remove_prefix(after_name + 1);
  if (rest.size() < 10 || rest[8] != '.') return false;
  result.build = 0;
  for (const char c : rest.substr(0, 8)) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) return false;
    result.build = result.build * 16 + static_cast<std::uint32_t>(digit);
  }
  rest.remove_prefix(9);
  result.has_weak_memory = take(rest, weak);
  result.has_reuse = take(rest, reuse);
  if (!get(rest, spurious, result.spurious_wake_ups)) return false;
  if (!get(rest, limit, result.steps) || result.steps > shared_outcome::most_steps) return false;
  result.deviations.clear();
  if (rest == "-") return true;
  std::uint32_t position = 0;
  while (!rest.empty()) {
    std::uint32_t gap = 0;
    std::uint32_t choice = 0;
    if (!get(rest, gap) || !get(rest, choice)) return false;
    if (step_choice::message(choice) >= step_choice::most_messages) return false;
    position += gap;
    result.deviations.push_back({position, choice});
  }
  return !result.deviations.empty();
}

}  // namespace explore
