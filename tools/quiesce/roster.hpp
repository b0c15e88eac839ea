#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "run_status.hpp"
#include "supervised_process.hpp"
#include "surroundings.hpp"

namespace quiesce_tool {

/// Who is in the run, and in which order they come and go. A process starts when all that it needs have been ready, is
/// told to stop when nobody that needs it is left, and is replaced, when its settings have changed, after it has ended.
///
/// Whatever happens to a process only asks for the next look; looks are callbacks of their own. So no process is started,
/// stopped or destroyed by a call that comes from another one.
class roster {
 public:
  struct events {
    std::function<void()> trouble;   // a run of a process has failed; it may be started again
    std::function<void()> failed;    // a process has, and is not started again
    std::function<void()> all_over;  // once
  };

  /// `nowhere` is /dev/null.
  roster(surroundings& around, run_status& status, int nowhere, events tell);

  /// What a new plan has led to, or leads to as soon as the old processes have ended.
  struct difference {
    std::vector<std::string> added{}, changed{}, removed{};
  };

  /// Takes these processes in place of those that are here. Those with the same settings are left alone; others with the
  /// same name are ended and replaced, and those without one are ended for good. Who could not start, since what it needs
  /// had failed, is replaced with that.
  /// Errors: std::system_error if a path cannot be watched, and nothing has changed.
  difference adopt(const std::vector<process_settings>& plan);

  /// Begins to start, in the order of the plan.
  void begin();
  /// Ends everybody, and whom nobody needs first.
  void stop();
  /// After stop(): everybody at once, and without patience.
  void kill();
  void resume_output();

  /// Whether that is a child that a process of ours waits for by itself.
  [[nodiscard]] bool awaits(int pid) const;

 private:
  struct place {
    std::size_t number;
    std::unique_ptr<supervised_process> now;     // never empty
    std::unique_ptr<supervised_process> next{};  // takes its place when it is over
    bool leaving = false;                        // is removed when it is over
    bool told = false;                           // to stop
    bool given_up = false;                       // could not start, since what it needs had failed
  };

  [[nodiscard]] std::unique_ptr<supervised_process> make(const process_settings& settings, std::size_t number);
  [[nodiscard]] place* find(const std::string& name);
  [[nodiscard]] bool is_given_up_for_one_of(const process_settings& settings, const std::vector<std::string>& names);
  void look_again();
  void look();
  void replace_those_over();
  void stop_those_due();
  void start_those_due();
  [[nodiscard]] bool has_to_go(const place& each) const { return stopping_ || each.leaving || each.next != nullptr; }
  [[nodiscard]] bool is_needed_by_somebody_who_goes(const place& each) const;
  [[nodiscard]] bool may_start(place& each);
  void give_up(place& each, const std::string& need);

  surroundings& around_;
  run_status& status_;
  const int nowhere_;
  events tell_;
  std::deque<place> places_;
  std::size_t next_number_ = 0;
  bool begun_ = false;
  bool stopping_ = false;
  bool look_is_due_ = false;
  bool all_over_ = false;
};

}  // namespace quiesce_tool
