#include "leftovers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "signal_name.hpp"
#include "wording.hpp"

namespace quiesce_tool {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again_after = 10ms;

// Far longer than a process is between two programs. One that has no environment for good delays a restart by this.
constexpr auto unclear_at_most = 100ms;

}  // namespace

leftovers::leftovers(surroundings& around, std::function<kin()> find, std::function<void()> gone,
                     std::function<bool()> may_leave)
    : around_{around},
      find_{std::move(find)},
      gone_{std::move(gone)},
      may_leave_{std::move(may_leave)},
      on_end_{around.pool, [this](q::callback_scope&) { woke(); }} {}

void leftovers::end(subject whose) {
  whose_ = std::move(whose);
  busy_ = true;
  members_.clear();
  unclear_since_.reset();
  const auto now = clock::now();
  kill_all_at_ = now + whose_.limit;
  say_at_ = whose_.since + 1s;
  while (say_at_ <= now) say_at_ += 1s;
  look();
}

void leftovers::kill() {
  if (!busy_) return;
  kill_all_at_ = clock::now();
  for (auto& each : members_) each.kill_at = kill_all_at_;
  look();
}

void leftovers::woke() {
  if (!busy_) return;
  look();
}

void leftovers::look() {
  const kin found = find_();
  if (found.readable) compare_with(found.members);
  const auto now = clock::now();
  tell_orphans(now);
  if (!members_.empty() && now >= say_at_) {
    see_who_refuses();
    say_whom_we_wait_for(now);
  }
  kill_overdue(now);
  leave_those_who_refuse();
  const bool may_be_all = found.readable && !may_have_missed_somebody(found.complete, now);
  if (!members_.empty() || !may_be_all) return wait_for_somebody();
  busy_ = false;
  on_end_.disarm();
  gone_();
}

void leftovers::compare_with(const std::vector<proc_entry>& found) {
  std::erase_if(members_, [&](const member& m) {
    if (std::find(found.begin(), found.end(), m.who) != found.end()) return false;
    if (m.reported) around_.log.write("orphan-ended", {{"process", whose_.name}, {"pid", m.who.pid}});
    return true;
  });
  for (const auto& who : found) take_in(who);
}

bool leftovers::may_have_missed_somebody(bool complete, clock::time_point now) {
  if (complete) unclear_since_.reset();
  if (!complete && !unclear_since_) unclear_since_ = now;
  return unclear_since_ && now - *unclear_since_ < unclear_at_most;
}

void leftovers::take_in(const proc_entry& who) {
  const auto known = std::find_if(members_.begin(), members_.end(), [&](const member& m) { return m.who == who; });
  if (known != members_.end()) {
    known->who = who;  // it may have lost its parent, or have died
    return;
  }
  member taken{.who = who, .kill_at = kill_all_at_};
  if (whose_.group_told && who.group == whose_.leader) {
    // Another signal than SIGTERM was meant for the command. Jobs of a shell ignore SIGINT, for instance.
    taken.told = whose_.group_signal == SIGTERM;
    taken.killed = whose_.group_killed;
    taken.kill_at = std::min(kill_all_at_, *whose_.group_told + whose_.limit);
  }
  members_.push_back(std::move(taken));
}

void leftovers::tell_orphans(clock::time_point now) {
  for (auto& each : members_) {
    if (each.told || each.who.is_zombie() || !is_orphan(each)) continue;
    each.told = true;
    each.reported = true;
    around_.log.write("orphan-found", {{"process", whose_.name}, {"pid", each.who.pid}, {"command", each.who.command}});
    if (now >= each.kill_at) continue;
    around_.out.say(fmt::format("found {} (pid {}), left behind by {}: sending SIGTERM", each.who.command, each.who.pid,
                                whose_.name));
    if (!send(each, SIGTERM, "signalled")) continue;
    send(each, SIGCONT, {});  // one that is stopped could not act on it
  }
}

void leftovers::kill_overdue(clock::time_point now) {
  for (auto& each : members_) {
    if (each.killed || each.who.is_zombie() || now < each.kill_at) continue;
    each.killed = true;
    say_at_ = now + 1s;  // by then it has gone, or there is something to tell
    if (!send(each, SIGKILL, "killed")) {
      each.killed = each.refused;
      each.kill_at = say_at_;  // for want of a descriptor, and others will have ended by then; or it has just gone
      continue;
    }
    around_.out.say(fmt::format("killing {} (pid {}), left behind by {}", each.who.command, each.who.pid, whose_.name));
  }
}

// The group that they were told with has got the signal if anybody in it has. By the pid: there may be more of them than
// descriptors, and a wrong answer does no harm.
void leftovers::see_who_refuses() {
  for (auto& each : members_) {
    if ((each.told || each.killed) && !each.who.is_zombie()) {
      each.refused = ::kill(each.who.pid, 0) != 0 && errno == EPERM;
    }
  }
}

void leftovers::leave_those_who_refuse() {
  const auto refuses = [](const member& m) { return m.killed && m.refused && !m.who.is_zombie(); };
  if (std::none_of(members_.begin(), members_.end(), refuses) || !may_leave_()) return;
  std::erase_if(members_, [&](const member& m) {
    if (!refuses(m)) return false;
    around_.family.leave(m.who);
    around_.log.write("left-running", {{"process", whose_.name}, {"pid", m.who.pid}, {"command", m.who.command}});
    around_.out.say(fmt::format("{} (pid {}), left behind by {}, cannot be ended: it is left running", m.who.command,
                                m.who.pid, whose_.name));
    return true;
  });
}

bool leftovers::send(member& to, int signal, std::string_view event) {
  try {
    if (!around_.adopted.send(to.who, signal)) return false;
    to.refused = false;
  } catch (const std::system_error& error) {
    const bool was_refused = std::exchange(to.refused, error.code() == std::errc::operation_not_permitted);
    if (was_refused && to.refused) return false;
    around_.out.say(fmt::format("cannot send {} to {} (pid {}): {}", signal_text(signal), to.who.command, to.who.pid,
                                error.code().message()));
    return false;
  }
  if (event.empty()) return true;
  around_.log.write(event, {{"process", whose_.name}, {"pid", to.who.pid}, {"signal", signal_text(signal)}});
  return true;
}

void leftovers::say_whom_we_wait_for(clock::time_point now) {
  while (say_at_ <= now) say_at_ += 1s;
  hold_up held{.waited = now - whose_.since,
               .name = whose_.name,
               .pid = whose_.leader,
               .exited = !whose_.leader_left,
               .refused = true};
  for (const auto& each : members_) {
    if (each.who.is_zombie()) continue;
    held.refused = held.refused && each.refused;
    held.grandchildren.push_back(fmt::format("{} {}", each.who.command, each.who.pid));
    if (each.killed) continue;
    const auto left = std::max<std::chrono::nanoseconds>(each.kill_at - now, 0ns);
    held.kill_in = std::min(held.kill_in.value_or(left), left);
  }
  if (held.grandchildren.empty()) held.refused = false;
  around_.report(held);
}

void leftovers::wait_for_somebody() {
  auto until = say_at_;
  for (const auto& each : members_) {
    if (!each.killed && !each.who.is_zombie()) until = std::min(until, each.kill_at);
  }
  try {
    for (const auto& each : members_) {
      // A zombie that has a parent is that parent's to bury, and would end each wait at once.
      if (each.who.is_zombie() && !is_orphan(each)) continue;
      if (q::process* const handle = around_.adopted.adopt(each.who)) {
        on_end_.arm(*handle, until);
        return;
      }
    }
  } catch (const std::system_error&) {
    // No descriptor left; some will be free again when others have ended.
  }
  on_end_.arm(nobody_, look_again_after);
}

}  // namespace quiesce_tool
