#include "descendants.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

namespace quiesce_tool {
namespace {

std::optional<std::string> mark_at(int pid) {
  const auto environment = read_environment(pid);
  if (!environment) return "";  // it is gone, or runs for another user
  if (environment->empty()) return std::nullopt;
  return std::string{variable_in(*environment, descendants::mark_variable).value_or("")};
}

}  // namespace

descendants::descendants() : self_{::getpid()} {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    throw std::system_error{errno, std::generic_category(), "cannot become the reaper of orphans"};
  }
  const auto all = read_processes();
  if (!all) throw std::system_error{errno, std::generic_category(), "cannot read the processes in /proc"};
  for (const auto& found : branches_below(self_, *all)) earlier_.push_back(found.front());
}

std::string descendants::mark_of(std::string_view name) const { return fmt::format("{}:{}", self_, name); }

kin descendants::started_by(std::string_view name, int leader) const {
  const auto branches = look();
  if (!branches) return {.readable = false};
  kin found = members_of(*branches, leader, mark_of(name), mark_at);
  take_out_those_left(found);
  return found;
}

bool descendants::has_started(std::string_view name, int leader, int pid) const {
  const branch way = branch_to(pid, self_);
  return !way.empty() && !was_there_before(way.front()) &&
         !members_of({way}, leader, mark_of(name), mark_at).members.empty();
}

kin descendants::all() const {
  const auto branches = look();
  if (!branches) return {.readable = false};
  kin all;
  for (const auto& found : *branches) all.members.insert(all.members.end(), found.begin(), found.end());
  take_out_those_left(all);
  return all;
}

std::optional<std::vector<branch>> descendants::look() const {
  const auto all = read_processes();
  if (!all) return std::nullopt;
  auto branches = branches_below(self_, *all);
  std::erase_if(branches, [&](const branch& found) { return was_there_before(found.front()); });
  return branches;
}

bool descendants::was_there_before(const proc_entry& who) const {
  return std::find(earlier_.begin(), earlier_.end(), who) != earlier_.end();
}

bool descendants::has_left(int pid) const {
  return std::any_of(left_.begin(), left_.end(), [&](const proc_entry& each) { return each.pid == pid; });
}

// And what has ended below them, which is theirs to bury. What runs there is not left.
void descendants::take_out_those_left(kin& from) const {
  std::erase_if(from.members, [&](const proc_entry& each) {
    return std::find(left_.begin(), left_.end(), each) != left_.end() || (each.is_zombie() && has_left(each.parent));
  });
}

std::vector<proc_entry> descendants::left() const {
  std::vector<proc_entry> running;
  std::copy_if(left_.begin(), left_.end(), std::back_inserter(running), [](const proc_entry& each) {
    const auto now = read_process(each.pid);
    return now == each && !now->is_zombie();
  });
  return running;
}

kin members_of(const std::vector<branch>& branches, int leader, std::string_view mark,
               const std::function<std::optional<std::string>(int pid)>& mark_at) {
  kin found;
  for (const auto& each : branches) {
    const proc_entry& top = each.front();
    if (top.pid != leader && top.group != leader) {
      if (top.is_zombie()) continue;
      const auto its_mark = mark_at(top.pid);
      if (!its_mark) found.complete = false;
      if (its_mark != mark) continue;
    }
    std::copy_if(each.begin(), each.end(), std::back_inserter(found.members),
                 [&](const proc_entry& entry) { return entry.pid != leader; });
  }
  return found;
}

}  // namespace quiesce_tool
