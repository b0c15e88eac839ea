#include "os/spawn.hpp"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "os/unique_fd.hpp"

namespace quiesce::inline v0::os {
namespace {

void require_no_zero(const std::string& text, const char* what) {
  // The kernel takes strings that end at the first zero: the rest would be lost without a word.
  if (text.find('\0') == std::string::npos) return;
  throw std::invalid_argument("quiesce: " + std::string(what) + " with a zero byte in it: '" + text.c_str() + "'");
}

void validate(std::span<const std::string> command, const spawn_options& options) {
  if (command.empty()) throw std::invalid_argument("quiesce: an empty command cannot be started");
  if (command.front().empty()) throw std::invalid_argument("quiesce: the name of the program to start is empty");
  for (const std::string& argument : command) require_no_zero(argument, "an argument");
  require_no_zero(options.directory, "a directory");
  for (const auto& [name, value] : options.environment) {
    require_no_zero(name, "a name in the environment");
    require_no_zero(value, "a value in the environment");
    if (name.empty()) throw std::invalid_argument("quiesce: an empty name in the environment");
    if (name.find('=') == std::string::npos) continue;
    throw std::invalid_argument("quiesce: a name in the environment with '=' in it: '" + name + "'");
  }
}

void require_success(int error, const char* what) {
  if (error == ENOMEM) throw std::bad_alloc();
  if (error != 0) refuse(error, what);
}

class file_actions {
 public:
  file_actions() { require_success(::posix_spawn_file_actions_init(&actions_), "cannot prepare a program's start"); }
  file_actions(const file_actions&) = delete;
  file_actions& operator=(const file_actions&) = delete;
  ~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

  void change_directory(const std::string& path) {
    if (path.empty()) return;
    require_success(::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str()), "cannot hand over a directory");
  }

  // Through a duplicate above the three: that one is valid, which the child could tell only by a bare error number;
  // it is none of the targets, so that 1 and 2 can be handed over crosswise; and it differs from its target, since
  // handing a descriptor to itself would leave it closed on exec.
  void hand_over(int fd, int target) {
    if (fd == -1) return;
    unique_fd& copy = copies_[static_cast<std::size_t>(target)];
    copy = duplicate(fd);
    require_success(::posix_spawn_file_actions_adddup2(&actions_, copy.get(), target), "cannot hand over a descriptor");
  }

 private:
  posix_spawn_file_actions_t actions_;
  std::array<unique_fd, 3> copies_;
};

class attributes {
 public:
  explicit attributes(bool own_group) {
    require_success(::posix_spawnattr_init(&attributes_), "cannot prepare a program's start");
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    // With no group set, POSIX_SPAWN_SETPGROUP makes one that the child leads.
    const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
    ::posix_spawnattr_setflags(&attributes_,
                               static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  }
  attributes(const attributes&) = delete;
  attributes& operator=(const attributes&) = delete;
  ~attributes() { ::posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// The arrays of pointers that the kernel takes end in a null pointer. It changes nothing through them.
class pointer_list {
 public:
  void add(const char* text) { pointers_.insert(pointers_.end() - 1, const_cast<char*>(text)); }
  char* const* get() const noexcept { return pointers_.data(); }

 private:
  std::vector<char*> pointers_{nullptr};
};

std::string_view name_of(std::string_view entry) noexcept { return entry.substr(0, entry.find('=')); }

class environment_list {
 public:
  explicit environment_list(std::span<const std::pair<std::string, std::string>> added) {
    entries_.reserve(added.size());
    for (const auto& [name, value] : added) set(name, name + "=" + value);
    for (char** inherited = environ; inherited != nullptr && *inherited != nullptr; ++inherited) {
      if (find(name_of(*inherited)) == entries_.end()) list_.add(*inherited);
    }
    for (const std::string& entry : entries_) list_.add(entry.c_str());
  }

  char* const* get() const noexcept { return list_.get(); }

 private:
  std::vector<std::string>::iterator find(std::string_view name) noexcept {
    return std::ranges::find(entries_, name, [](const std::string& entry) { return name_of(entry); });
  }

  void set(const std::string& name, std::string entry) {
    const auto earlier = find(name);
    if (earlier != entries_.end()) {
      *earlier = std::move(entry);
    } else {
      entries_.push_back(std::move(entry));
    }
  }

  std::vector<std::string> entries_;
  pointer_list list_;
};

}  // namespace

pid_t spawn(std::span<const std::string> command, const spawn_options& options) {
  validate(command, options);
  pointer_list arguments;
  for (const std::string& argument : command) arguments.add(argument.c_str());
  const environment_list environment(options.environment);

  file_actions actions;
  actions.change_directory(options.directory);
  actions.hand_over(options.standard_input, STDIN_FILENO);
  actions.hand_over(options.standard_output, STDOUT_FILENO);
  actions.hand_over(options.standard_error, STDERR_FILENO);
  const attributes how(options.own_group);

  pid_t pid;
  const int error =
      ::posix_spawnp(&pid, command.front().c_str(), actions.get(), how.get(), arguments.get(), environment.get());
  if (error == 0) return pid;
  // The child says only the number, not whether the program or the directory was at fault: name both.
  const std::string where = options.directory.empty() ? "" : " in the directory '" + options.directory + "'";
  refuse(error, "cannot start '" + command.front() + "'" + where);
}

}  // namespace quiesce::inline v0::os
