#pragma once

#include <filesystem>
#include <initializer_list>
#include <source_location>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "quiesce/handle.hpp"

namespace quiesce::inline v0 {

struct process_options {
  std::filesystem::path directory{};                               ///< where it starts; empty: here
  std::vector<std::pair<std::string, std::string>> environment{};  ///< added to the inherited one; the later entry wins
  int standard_input = -1;                                         ///< descriptors to hand over; -1: inherit
  int standard_output = -1;
  int standard_error = -1;
  bool own_group = true;  ///< it leads a process group of its own
};

struct exit_status {
  bool exited = false;  ///< by itself, with `code`; otherwise ended by `signal`
  int code = 0;
  int signal = 0;
};

/// A handle to another process. It becomes signalled, for good, when the process has ended.
///
/// The process lives on when its last handle is closed. When it ends, with or without a handle, it is reaped, so that it
/// does not stay as a zombie. A program that calls wait() for any child, or ignores SIGCHLD, takes the exit status away.
///
/// From a callback: everything here may be used.
/// Errors:   using a null (moved-from) process is a bug of the caller: std::logic_error with the place.
/// Source:   process handles of Windows; pidfd_open of Linux.
class process : public handle {
 public:
  /// Starts a program: the first word names it, searched for by PATH when it has no slash. No signal is blocked or
  /// ignored in it, and it inherits no descriptor of this library.
  /// Blocks: until the program has been started or could not be.
  /// Errors: std::invalid_argument for an empty command or text with a zero byte; std::system_error that names the
  ///         program when it cannot be started; std::bad_alloc. No process is left then.
  static process spawn(std::span<const std::string> command, const process_options& options = {});
  static process spawn(std::initializer_list<std::string> command, const process_options& options = {});

  /// A handle to a process that exists. If it is a child of this process, the handle takes over reaping it.
  /// Errors: std::system_error with the pid when there is no such process.
  static process adopt(int pid);

  /// Another handle to the same process.
  [[nodiscard]] process duplicate() const noexcept { return process(shared()); }

  int pid(std::source_location where = std::source_location::current()) const;

  /// Sends a signal to the process. One that has ended already gets nothing, which is no error.
  /// Errors: std::system_error when the system refuses it (no permission, no such signal).
  void send(int signal, std::source_location where = std::source_location::current());

  /// Sends a signal to the process group that the process leads, which may outlive it. An empty group gets nothing.
  /// Only for processes that lead a group: spawned with own_group.
  /// Before Linux 6.9 the group is found by its number: when the process has ended and its group is empty, another group may
  /// have got that number since, and gets the signal. So do not send to a group that may be empty there.
  /// Errors: as send().
  void send_group(int signal, std::source_location where = std::source_location::current());

  /// How it ended. While it runs: a bug of the caller (std::logic_error).
  /// Errors: std::system_error when the status is not to be had: the process was no child of this one, or somebody else
  ///         has reaped it.
  exit_status status(std::source_location where = std::source_location::current()) const;

 private:
  explicit process(waitable* owned) noexcept : handle(owned) {}
};

}  // namespace quiesce::inline v0
