#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <quiesce/quiesce.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "surroundings.hpp"

namespace quiesce_tool {

/// Ends what is left of a process whose command has exited: members of its group that outlived it, and grandchildren
/// that went away into sessions of their own. SIGTERM, one limit for all, then SIGKILL to all and on sight to whoever
/// still appears; over when nobody is left. Says every second whom it waits for.
///
/// SIGTERM goes to those that lost their parent, not to the children that these still have: a server wants to end its
/// own workers, and in its own order. Whoever loses his parent thereby is told then.
///
/// One that runs for another user may refuse the signals. It is waited for all the same: it may end, or be ended by who
/// has the right to. Only when everything stops it is left running, after the limit.
///
/// It waits for one of them at a time: whoever it is, the others are looked for again when he has ended. That nobody is
/// found then means that nobody is left. To be missed, a process must lose its parent while the table is read; that
/// parent was found, then, and is waited for, or is a child of ours, and stays in the table until it is adopted.
class leftovers {
 public:
  using clock = std::chrono::steady_clock;

  /// Whose leftovers they are, and what has been done about them already.
  struct subject {
    std::string name{};
    int leader = 0;                                    // the pid, and so the process group, of the command
    clock::time_point since{};                         // when it was told to stop, or exited by itself
    std::chrono::milliseconds limit{};                 // between SIGTERM and SIGKILL
    std::optional<clock::time_point> group_told = {};  // when the members of its group were sent a signal, and which
    int group_signal = 0;
    bool group_killed = false;  // they were sent SIGKILL, too
    bool leader_left = false;   // the command has not exited: it could not be ended
  };

  /// `find` lists who is left; `gone` is called as the last thing of a callback, or of end(); `may_leave` tells whether
  /// somebody who cannot be ended may be left running.
  leftovers(surroundings& around, std::function<kin()> find, std::function<void()> gone,
            std::function<bool()> may_leave);

  void end(subject whose);
  /// No more patience: SIGKILL to all that are left, now and from now on.
  void kill();

 private:
  struct member {
    proc_entry who;
    clock::time_point kill_at;
    bool told = false;      // was sent SIGTERM, with its group or alone
    bool killed = false;    // was sent SIGKILL
    bool refused = false;   // the last signal did not reach it: it runs for another user
    bool reported = false;  // as an orphan
  };

  void woke();
  void look();
  void compare_with(const std::vector<proc_entry>& found);
  void take_in(const proc_entry& who);
  // Or its parent is left running, and will not end it.
  [[nodiscard]] bool is_orphan(const member& m) const {
    return m.who.parent == around_.family.self() || around_.family.has_left(m.who.parent);
  }
  void tell_orphans(clock::time_point now);
  void kill_overdue(clock::time_point now);
  void see_who_refuses();
  void leave_those_who_refuse();
  /// Returns: whether it was sent.
  bool send(member& to, int signal, std::string_view event);
  void say_whom_we_wait_for(clock::time_point now);
  void wait_for_somebody();
  [[nodiscard]] bool may_have_missed_somebody(bool complete, clock::time_point now);

  surroundings& around_;
  std::function<kin()> find_;
  std::function<void()> gone_;
  std::function<bool()> may_leave_;
  subject whose_;
  bool busy_ = false;
  clock::time_point kill_all_at_{};
  clock::time_point say_at_{};
  std::optional<clock::time_point> unclear_since_;  // nobody was found, but for somebody it could not be told
  std::vector<member> members_;
  q::manual_reset_event nobody_;  // never set: armed with it, a wait is a pause
  q::registered_wait on_end_;
};

}  // namespace quiesce_tool
