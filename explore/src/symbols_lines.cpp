#include "symbols_lines.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
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
  descriptor file(::memfd_create("addresses", MFD_CLOEXEC));
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
pid_t start(const std::string& tool, const std::string& module_file, int input, int output) {
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return -1;
  std::string words[] = {tool, "-a", "-f", "-C", "-i", "-e", module_file};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  pid_t child = -1;
  const bool started = ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
                       ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0 &&
                       ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
                       ::posix_spawnp(&child, tool.c_str(), &actions, nullptr, arguments.data(), environ) == 0;
  ::posix_spawn_file_actions_destroy(&actions);
  return started ? child : -1;
}

std::string output_of(const std::string& tool, const std::string& module_file, const std::string& input) {
  const descriptor addresses = file_with(input);
  int ends[2];
  if (addresses.number() < 0 || ::pipe2(ends, O_CLOEXEC) != 0) return {};
  const descriptor from_tool(ends[0]);
  descriptor to_us(ends[1]);
  const pid_t child = start(tool, module_file, addresses.number(), to_us.number());
  to_us.close();
  if (child < 0) return {};
  std::string text = read_all(from_tool.number());
  // How it ended says nothing that the output does not; where SIGCHLD is ignored there is nothing to collect.
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return text;
}

std::string known_part(std::string_view text) { return std::string(text.substr(0, 2) == "??" ? "" : text); }

// "/home/me/a.cpp:12", "/home/me/a.cpp:12 (discriminator 3)", "a.cpp:?", "??:0"
void read_place(std::string_view text, code_line& into) {
  text = text.substr(0, text.find(" (discriminator"));
  const std::size_t colon = text.rfind(':');
  into.file = known_part(text.substr(0, colon));
  if (colon == std::string_view::npos || into.file.empty()) return;
  into.line = static_cast<unsigned>(std::strtoul(std::string(text.substr(colon + 1)).c_str(), nullptr, 10));
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// "push" of "(anonymous namespace)::queue<int>::push(int) const".
std::string last_name(std::string_view function) {
  std::string plain;
  int depth = 0;
  for (const char one : function) {
    const bool opens = one == '(' || one == '<' || one == '{';
    const bool closes = one == ')' || one == '>' || one == '}';
    if (closes && depth > 0) --depth;
    if (!opens && !closes && depth == 0) plain += one;
    if (opens) ++depth;
  }
  plain.resize(std::min(plain.size(), plain.find(" const")));
  const std::size_t scope = plain.rfind("::");
  return scope == std::string::npos ? plain : plain.substr(scope + 2);
}

// An inlined function without linkage, such as a static one, has no name that addr2line would trust: it tells that of the
// symbol around the address, which is the function that all were inlined into, in its fullest form.
void correct_innermost(inline_chain& chain) {
  if (chain.size() < 2) return;
  std::string &inner = chain.front().function, &outer = chain.back().function;
  if (last_name(inner) != last_name(outer)) return;
  if (inner.size() > outer.size()) outer = inner;
  inner.clear();
}

}  // namespace

std::vector<inline_chain> parse_lines(std::string_view output) {
  std::vector<inline_chain> chains;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (line.substr(0, 2) == "0x") {  // the address, by -a: it parts the chains
      chains.emplace_back();
      continue;
    }
    if (chains.empty()) return {};  // this is not addr2line
    code_line next;
    next.function = known_part(line);
    read_place(take_line(output), next);
    chains.back().push_back(std::move(next));
  }
  for (inline_chain& chain : chains) correct_innermost(chain);
  return chains;
}

std::vector<inline_chain> lines_of(const std::string& tool, const std::string& module_file,
                                   const std::vector<std::uintptr_t>& offsets) {
  std::string input;
  char number[32];
  for (const std::uintptr_t offset : offsets) {
    std::snprintf(number, sizeof number, "%#lx\n", static_cast<unsigned long>(offset));
    input += number;
  }
  std::vector<inline_chain> chains = parse_lines(output_of(tool, module_file, input));
  chains.resize(offsets.size());
  return chains;
}

}  // namespace explore
