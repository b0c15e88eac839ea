#include "tool_output.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "real.hpp"

namespace explore {
namespace {

class descriptor {
 public:
  explicit descriptor(int number = -1) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() { close(); }

  [[nodiscard]] int number() const noexcept { return number_; }
  void close() noexcept {
    if (number_ >= 0) kernel(SYS_close, number_);
    number_ = -1;
  }

 private:
  int number_;
};

// A file in memory rather than a pipe: the tool answers while it reads, and two full pipes would wait for each other.
descriptor file_with(const std::string& text) {
  descriptor file(::memfd_create("input", MFD_CLOEXEC));
  std::size_t written = 0;
  while (file.number() >= 0 && written < text.size()) {
    const long count =
        kernel(SYS_write, file.number(), argument(text.data() + written), static_cast<long>(text.size() - written));
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count != -EINTR) {
      file.close();
    }
  }
  if (file.number() >= 0) kernel(SYS_lseek, file.number(), 0, SEEK_SET);
  return file;
}

std::string read_all(int number) {
  std::string text;
  char piece[8192];
  for (;;) {
    const long count = kernel(SYS_read, number, argument(piece), sizeof piece);
    if (count > 0) {
      text.append(piece, static_cast<std::size_t>(count));
    } else if (count != -EINTR) {
      return text;
    }
  }
}

// The input is opened before the pipe, so its number is the lower one: putting it at 0 cannot cover the pipe's.
pid_t start(std::vector<std::string> words, int input, int output) {
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return -1;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  pid_t child = -1;
  const bool started = ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
                       ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0 &&
                       ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
                       ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ) == 0;
  ::posix_spawn_file_actions_destroy(&actions);
  return started ? child : -1;
}

}  // namespace

std::string output_of(const std::vector<std::string>& command, const std::string& input) {
  const descriptor given = file_with(input);
  int ends[2];
  if (given.number() < 0 || ::pipe2(ends, O_CLOEXEC) != 0) return {};
  const descriptor from_tool(ends[0]);
  descriptor to_us(ends[1]);
  const pid_t child = start(command, given.number(), to_us.number());
  to_us.close();
  if (child < 0) return {};
  std::string text = read_all(from_tool.number());
  // How it ended says nothing that the output does not; where SIGCHLD is ignored there is nothing to collect.
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return text;
}

}  // namespace explore
