#include "program_run.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto deadline = 30s;

// How long one look waits for news when nothing announces the state that is awaited.
constexpr int look_again_ms = 10;

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

struct stat_line {
  pid_t pid;
  pid_t parent;
  char state;
  std::string command;
};

std::vector<stat_line> process_table() {
  std::vector<stat_line> table;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", error}) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file{entry.path() / "stat"};
    // Not by iterators: they throw when the process ends meanwhile.
    std::ostringstream read;
    read << file.rdbuf();
    const std::string text = read.str();
    const auto opening = text.find('(');
    const auto closing = text.rfind(')');
    if (opening == std::string::npos || closing == std::string::npos) continue;
    stat_line line{std::stoi(text), 0, '?', text.substr(opening + 1, closing - opening - 1)};
    std::istringstream{text.substr(closing + 1)} >> line.state >> line.parent;
    table.push_back(line);
  }
  return table;
}

/// Those below this process, zombies too.
std::vector<stat_line> descendants() {
  const auto table = process_table();
  std::vector<stat_line> below{{::getpid(), 0, 'R', ""}};
  for (std::size_t i = 0; i < below.size(); ++i) {
    for (const auto& line : table) {
      if (line.parent == below[i].pid) below.push_back(line);
    }
  }
  below.erase(below.begin());
  return below;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe");
  return ends;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

int status_of(const siginfo_t& how) { return how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status; }

}  // namespace

program_run::program_run() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw_errno("prctl");
  std::string name = ::testing::TempDir() + "quiesce_run_XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw_errno("mkdtemp " + name);
  folder_ = name;
}

program_run::~program_run() {
  // The program first: it would start again what is killed below it.
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  for (auto left = descendants(); !left.empty(); left = descendants()) {
    for (const auto& each : left) ::kill(each.pid, SIGKILL);
    // One of ours has been killed just now, so this does not wait long, and its children become ours.
    ::waitpid(-1, nullptr, 0);
  }
  for (const int fd : {pid_fd_, output_.fd, errors_.fd, log_.fd, terminal_}) {
    if (fd >= 0) ::close(fd);
  }
  for (const int gate : gates_) ::close(gate);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void program_run::write(const std::string& name, std::string_view text) const {
  std::ofstream file{folder_ / name, std::ios::binary};
  if (!(file << text).flush()) throw std::runtime_error{"cannot write " + name};
}

std::string program_run::text_of(const std::string& name) const {
  std::ifstream file{folder_ / name, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void program_run::write_by_rename(const std::string& name, std::string_view text) const {
  write(name + ".new", text);
  std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
}

void program_run::make_fifo(const std::string& name) const {
  if (::mkfifo((folder_ / name).c_str(), 0600) != 0) throw_errno("mkfifo " + name);
}

void program_run::open_gate(const std::string& fifo) {
  // For reading, too: so the open does not wait for a reader, and the newline waits for whoever comes later.
  const int gate = ::open((folder_ / fifo).c_str(), O_RDWR | O_CLOEXEC);
  if (gate < 0) throw_errno("open " + fifo);
  gates_.push_back(gate);
  if (::write(gate, "\n\n\n\n", 4) != 4) throw_errno("write to " + fifo);
}

void program_run::start(const std::vector<std::string>& options) {
  // A pipe with a name, so that each event can be waited for; opened here first, or the program would wait for a reader.
  make_fifo("events");
  log_.fd = ::open((folder_ / "events").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (log_.fd < 0) throw_errno("open events");
  std::vector<std::string> command = {QUIESCE_PROGRAM, "run", "--event-log", "events"};
  command.insert(command.end(), options.begin(), options.end());
  start_program(command);
}

void program_run::start_program(const std::vector<std::string>& command) {
  const auto output = make_pipe();
  const auto errors = make_pipe();

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  if (terminal_ >= 0) {
    // The first terminal that a session leader opens is the session's.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, ::ptsname(terminal_), O_RDWR, 0);
  }
  ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, outputs_are_joined_ ? output[1] : errors[1], STDERR_FILENO);
  // Whoever runs the tests may have left descriptors open, and they are not what is tested here.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());

  auto arguments = command;
  auto environment = variables_;
  for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
  const auto argument_pointers = pointers_to(arguments);
  const auto environment_pointers = pointers_to(environment);

  const auto before = ignored_ != 0 ? ::signal(ignored_, SIG_IGN) : SIG_DFL;
  sigset_t blocked;
  sigset_t earlier;
  ::sigemptyset(&blocked);
  for (const int each : blocked_) ::sigaddset(&blocked, each);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &earlier);
  const int error = ::posix_spawn(&pid_, arguments.front().c_str(), &actions, &attributes, argument_pointers.data(),
                                  environment_pointers.data());
  ::pthread_sigmask(SIG_SETMASK, &earlier, nullptr);
  if (ignored_ != 0) ::signal(ignored_, before);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(output[1]);
  ::close(errors[1]);
  output_.fd = output[0];
  errors_.fd = errors[0];
  for (const int fd : {output_.fd, errors_.fd}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  if (error != 0) throw std::system_error{error, std::generic_category(), "cannot start " + arguments.front()};
  pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U));
  if (pid_fd_ < 0) throw_errno("pidfd_open");
}

void program_run::close_output() {
  ::close(output_.fd);
  output_.fd = -1;
}

void program_run::use_terminal() {
  terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0) throw_errno("no terminal");
}

void program_run::close_terminal() {
  ::close(terminal_);
  terminal_ = -1;
}

void program_run::signal(int number) const {
  if (::kill(pid_, number) != 0) throw_errno("kill");
}

template <class Condition>
void program_run::await_state(Condition holds, std::string_view what) {
  for (const auto end = steady::now() + deadline; !holds(); read_more(look_again_ms)) {
    if (steady::now() >= end) give_up(what);
  }
}

program_run::event program_run::await(const std::function<bool(const event&)>& matches, std::string_view what,
                                      const std::function<void()>& meanwhile) {
  event found;
  const auto holds = [&] {
    meanwhile();
    while (next_event_ < events_.size()) {
      if (matches(events_[next_event_++])) {
        found = events_[next_event_ - 1];
        return true;
      }
    }
    return false;
  };
  await_state(holds, what);
  return found;
}

program_run::event program_run::await(const std::string& name, const std::string& process) {
  const auto matches = [&](const event& e) {
    return e.at("event") == name && (process.empty() || e.value("process", "") == process);
  };
  return await(matches, "the event " + name + (process.empty() ? "" : " of " + process));
}

void program_run::await_output(std::string_view text) {
  await_state([&] { return output_.text.find(text) != std::string::npos; }, std::string{"the output: "}.append(text));
}

void program_run::await_lines(const std::string& process, std::size_t count) {
  await_state([&] { return lines_of(process).size() >= count; }, std::to_string(count) + " lines of " + process);
}

void program_run::await_file(const std::string& name) {
  await_state([&] { return std::filesystem::exists(folder_ / name); }, "the file " + name);
}

void program_run::await_state_of_files(const std::function<bool()>& holds, std::string_view what) {
  await_state(holds, what);
}

void program_run::await_errors(std::string_view text) {
  await_state([&] { return errors_.text.find(text) != std::string::npos; }, std::string{"the error: "}.append(text));
}

void program_run::await_gone(pid_t pid) {
  await_state([&] { return ::kill(pid, 0) != 0 && errno == ESRCH; }, "the end of pid " + std::to_string(pid));
}

int program_run::await_exit() {
  siginfo_t how{};
  const auto has_ended = [&] {
    return ::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG) == 0 && how.si_pid == pid_;
  };
  await_state(has_ended, "the end of the program");
  pid_ = -1;
  bytes_of_a_read_ = 0;
  read_more(0);
  return status_of(how);
}

void program_run::give_up(std::string_view what) const {
  std::ostringstream text;
  text << "waited in vain for " << what << "\n--- output\n" << output_.text << "--- errors\n" << errors_.text;
  text << "--- events\n" << log_.text << "--- running\n";
  for (const auto& each : left_running()) text << each << "\n";
  throw std::runtime_error{text.str()};
}

void program_run::read_more(int wait_ms) {
  std::array<pollfd, 4> sources{{{reads_output_ ? output_.fd : -1, POLLIN, 0},
                                 {errors_.fd, POLLIN, 0},
                                 {log_.fd, POLLIN, 0},
                                 {pid_fd_, POLLIN, 0}}};
  ::poll(sources.data(), sources.size(), wait_ms);
  read_output();
  read_from(errors_);
  read_from(log_);
  take_events();
}

void program_run::read_output() {
  if (!reads_output_ || output_.fd < 0) return;
  if (bytes_of_a_read_ == 0) return read_from(output_);
  std::string piece(bytes_of_a_read_, '\0');
  const ssize_t count = ::read(output_.fd, piece.data(), piece.size());
  if (count > 0) output_.text.append(piece, 0, static_cast<std::size_t>(count));
}

void program_run::read_from(stream& from) {
  if (from.fd < 0) return;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(from.fd, buffer.data(), buffer.size());
    if (count <= 0) return;
    from.text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void program_run::take_events() {
  for (auto end = log_.text.find('\n', log_parsed_); end != std::string::npos;
       end = log_.text.find('\n', log_parsed_)) {
    events_.push_back(event::parse(log_.text.substr(log_parsed_, end - log_parsed_)));
    log_parsed_ = end + 1;
  }
}

std::vector<std::string> program_run::lines_of(const std::string& process) const {
  std::vector<std::string> lines;
  std::istringstream text{output_.text};
  for (std::string line; std::getline(text, line);) {
    const auto bar = line.find(" | ");
    if (bar == std::string::npos) continue;
    std::string name = line.substr(0, bar);
    name.erase(name.find_last_not_of(' ') + 1);
    if (name == process) lines.push_back(line.substr(bar + 3));
  }
  return lines;
}

std::vector<program_run::event> program_run::events(const std::string& name, const std::string& process) const {
  std::vector<event> found;
  for (const auto& each : events_) {
    if (each.at("event") == name && each.value("process", "") == process) found.push_back(each);
  }
  return found;
}

std::vector<std::string> program_run::left_running() {
  std::vector<std::string> left;
  for (const auto& each : descendants()) {
    if (each.state != 'Z') left.push_back(std::to_string(each.pid) + " " + each.command);
  }
  return left;
}

bool program_run::is_alive(pid_t pid) {
  for (const auto& each : process_table()) {
    if (each.pid == pid) return each.state != 'Z';
  }
  return false;
}
