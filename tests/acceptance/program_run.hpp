#pragma once
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

/// One run of the program in a folder of its own, seen as its users see it: by its output, its event log, its exit status
/// and the processes it leaves behind. Each await… returns when the state is there; after 30 seconds it throws, with all
/// that was seen until then. Whatever still runs when the object goes is killed.
class program_run {
 public:
  using event = nlohmann::json;

  program_run();
  program_run(const program_run&) = delete;
  program_run& operator=(const program_run&) = delete;
  ~program_run();

  // Before the start, and whenever a file should change.
  const std::filesystem::path& folder() const { return folder_; }
  void write(const std::string& name, std::string_view text) const;
  /// The text of a file; empty if there is none.
  std::string text_of(const std::string& name) const;
  /// As editors do it: the new text in another file, renamed over the old one.
  void write_by_rename(const std::string& name, std::string_view text) const;
  void make_fifo(const std::string& name) const;
  /// Lets go everybody who reads from the fifo, or will.
  void open_gate(const std::string& fifo);

  /// `quiesce run Procfile --event-log … options`; the Procfile was written before.
  void start(const std::vector<std::string>& options = {});
  /// Any program; no event log.
  void start_program(const std::vector<std::string>& command);
  void set_variable(std::string setting) { variables_.push_back(std::move(setting)); }
  /// The program is started with this signal ignored.
  void ignore(int signal) { ignored_ = signal; }
  /// Standard error goes where standard output goes, as with `2>&1`.
  void join_outputs() { outputs_are_joined_ = true; }
  /// The program is started with these signals blocked.
  void block(std::initializer_list<int> signals) { blocked_ = signals; }
  /// The program is started in a session of its own, with a terminal that it can lose.
  void use_terminal();
  void close_terminal();
  /// From now on standard output is read in small pieces, or not at all, or cannot be written to any more.
  void read_slowly() { bytes_of_a_read_ = 4096; }
  void stop_reading() { reads_output_ = false; }
  void continue_reading() { reads_output_ = true; }
  void close_output();

  /// The next event that matches; later calls go on behind it. `meanwhile` is done again before each look.
  event await(
      const std::function<bool(const event&)>& matches, std::string_view what,
      const std::function<void()>& meanwhile = [] {});
  event await(const std::string& name) { return await(name, {}); }
  event await(const std::string& name, const std::string& process);
  /// Until the text has come out on standard output.
  void await_output(std::string_view text);
  /// Until the process has printed so many lines.
  void await_lines(const std::string& process, std::size_t count);
  void await_file(const std::string& name);
  void await_errors(std::string_view text);
  /// Until what the test sees in the files of the folder is so.
  void await_state_of_files(const std::function<bool()>& holds, std::string_view what);
  /// Until the process is gone from the system's table, its zombie too.
  void await_gone(pid_t pid);

  void signal(int number) const;
  /// Returns the exit status as a shell would.
  int await_exit();

  pid_t pid() const { return pid_; }
  const std::string& output() const { return output_.text; }
  const std::string& errors() const { return errors_.text; }
  /// All lines that the process printed, without its name.
  std::vector<std::string> lines_of(const std::string& process) const;
  const std::vector<event>& events() const { return events_; }
  std::vector<event> events(const std::string& name, const std::string& process) const;

  /// Whoever was started by the run and is alive. Orphans become children of this test, so none can hide.
  static std::vector<std::string> left_running();
  static bool is_alive(pid_t pid);

 private:
  struct stream {
    int fd = -1;
    std::string text{};
  };

  void read_more(int wait_ms);
  void read_output();
  static void read_from(stream& from);
  void take_events();
  template <class Condition>
  void await_state(Condition holds, std::string_view what);
  [[noreturn]] void give_up(std::string_view what) const;

  std::filesystem::path folder_;
  std::vector<std::string> variables_;
  std::vector<int> gates_;
  int ignored_ = 0;
  std::vector<int> blocked_;
  int terminal_ = -1;  // our side of it
  bool outputs_are_joined_ = false;
  bool reads_output_ = true;
  std::size_t bytes_of_a_read_ = 0;  // 0: all that is there
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  stream output_, errors_, log_;
  std::size_t log_parsed_ = 0;
  std::vector<event> events_;
  std::size_t next_event_ = 0;
};
