#include "proc_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "read_file.hpp"

namespace quiesce_tool {
namespace {

/// Hands out the fields of a line one after the other.
class fields {
 public:
  explicit fields(std::string_view text) : rest_{text} {}

  std::string_view next() {
    const auto first = rest_.find_first_not_of(" \n");
    if (first == std::string_view::npos) return {};
    const auto end = std::min(rest_.find_first_of(" \n", first), rest_.size());
    const auto field = rest_.substr(first, end - first);
    rest_.remove_prefix(end);
    return field;
  }

  template <class Number>
  bool read(Number& number) {
    const auto field = next();
    return std::from_chars(field.data(), field.data() + field.size(), number).ec == std::errc{};
  }

  void skip(int count) {
    for (int i = 0; i < count; ++i) next();
  }

 private:
  std::string_view rest_;
};

std::optional<int> pid_of(const std::string& name) {
  int pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

// A /proc that is mounted with hidepid=1 refuses to tell of other users' processes.
bool is_gone_or_hidden(int error) { return error == ENOENT || error == ESRCH || error == EPERM || error == EACCES; }

}  // namespace

std::optional<proc_entry> parse_stat(std::string_view text) {
  // The command is whatever the process calls itself, so only the last parenthesis is known to be the kernel's.
  const auto opening = text.find('(');
  const auto closing = text.rfind(')');
  if (opening == std::string_view::npos || closing == std::string_view::npos || closing < opening) return std::nullopt;

  proc_entry entry;
  entry.command = text.substr(opening + 1, closing - opening - 1);
  if (!fields{text.substr(0, opening)}.read(entry.pid)) return std::nullopt;
  fields rest{text.substr(closing + 1)};
  const auto state = rest.next();
  if (state.size() != 1 || !rest.read(entry.parent) || !rest.read(entry.group)) return std::nullopt;
  entry.state = state.front();
  constexpr int fields_from_group_to_start = 16;
  rest.skip(fields_from_group_to_start);
  if (!rest.read(entry.started)) return std::nullopt;
  return entry;
}

std::optional<proc_entry> read_process(int pid, const std::filesystem::path& proc) {
  const auto text = read_file(proc / fmt::to_string(pid) / "stat");
  return text ? parse_stat(*text) : std::nullopt;
}

std::optional<std::vector<proc_entry>> read_processes(const std::filesystem::path& proc) {
  std::vector<proc_entry> all;
  std::error_code error;
  for (std::filesystem::directory_iterator i{proc, error}, end; !error && i != end; i.increment(error)) {
    const auto pid = pid_of(i->path().filename());
    if (!pid) continue;
    errno = 0;
    if (auto entry = read_process(*pid, proc)) {
      all.push_back(std::move(*entry));
    } else if (errno != 0 && !is_gone_or_hidden(errno)) {
      return std::nullopt;  // it may well be one of those who are looked for
    }
  }
  if (error) errno = error.value();
  return error ? std::nullopt : std::optional{std::move(all)};
}

std::optional<std::string> read_environment(int pid, const std::filesystem::path& proc) {
  return read_file(proc / fmt::to_string(pid) / "environ");
}

std::optional<std::string_view> variable_in(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const auto end = std::min(environment.find('\0'), environment.size());
    std::string_view setting = environment.substr(0, end);
    environment.remove_prefix(std::min(end + 1, environment.size()));
    if (!setting.starts_with(name)) continue;
    setting.remove_prefix(name.size());
    if (setting.starts_with('=')) return setting.substr(1);
  }
  return std::nullopt;
}

std::vector<branch> branches_below(int root, const std::vector<proc_entry>& all) {
  std::multimap<int, const proc_entry*> by_parent;
  for (const auto& entry : all) by_parent.emplace(entry.parent, &entry);

  std::vector<branch> branches;
  const auto [first, last] = by_parent.equal_range(root);
  for (auto child = first; child != last; ++child) {
    branch grown{*child->second};
    // Grows while it is walked. A pid that was given anew while the list was read could close a circle; no branch has
    // more members than there are processes.
    for (std::size_t i = 0; i < grown.size() && grown.size() <= all.size(); ++i) {
      const auto [from, to] = by_parent.equal_range(grown[i].pid);
      for (auto below = from; below != to; ++below) grown.push_back(*below->second);
    }
    branches.push_back(std::move(grown));
  }
  return branches;
}

branch branch_to(int pid, int root, const std::filesystem::path& proc) {
  // Who loses its parent meanwhile has another one by then, and the way to it is looked for again.
  constexpr int most_attempts = 5;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    branch way;
    int at = pid;
    while (at != root && at != 0) {
      const auto found = read_process(at, proc);
      // A parent that is younger than its child has the pid of the real one, who is gone.
      if (!found || (!way.empty() && found->started > way.back().started)) break;
      way.push_back(*found);
      at = found->parent;
    }
    if (way.empty() || at == 0) return {};
    if (at != root) continue;
    std::reverse(way.begin(), way.end());
    return way;
  }
  return {};
}

}  // namespace quiesce_tool
