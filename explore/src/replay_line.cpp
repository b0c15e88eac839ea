#include "replay_line.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace explore {
namespace {

// Without quotes where a shell takes a word as it stands.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

std::vector<std::string> own_command_line() {
  std::vector<std::string> words;
  std::ifstream line("/proc/self/cmdline", std::ios::binary);
  for (std::string word; std::getline(line, word, '\0');) words.push_back(word);
  return words;
}

std::string replay_of_program(const std::vector<std::string>& command_line, const std::string& schedule) {
  if (command_line.empty()) return {};
  std::string text = "quiesce explore " + quoted(command_line.front()) + " --replay " + schedule;
  const bool has_dash = std::any_of(command_line.begin() + 1, command_line.end(),
                                    [](const std::string& argument) { return argument.starts_with('-'); });
  if (has_dash) text += " --";
  for (std::size_t i = 1; i < command_line.size(); ++i) text += " " + quoted(command_line[i]);
  return text;
}

std::string replay_of_check(const std::vector<std::string>& command_line, const std::string& schedule) {
  std::string text = "QUIESCE_EXPLORE_REPLAY=" + schedule;
  for (const std::string& word : command_line) text += " " + quoted(word);
  return text;
}

std::string replay_lines(const std::string& schedule, const std::string& command) {
  if (schedule.empty()) return {};
  return "schedule: " + schedule + "\n" + (command.empty() ? "" : "replay:   " + command + "\n");
}

}  // namespace explore
