#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <utility>

namespace quiesce::inline v0::os {

struct spawn_options {
  std::string directory{};  // where the program starts; empty: here
  // NAME and value, added to what this process has inherited; of two entries for one name the later wins.
  std::span<const std::pair<std::string, std::string>> environment{};
  int standard_input = -1;  // descriptors to hand over; -1: inherit
  int standard_output = -1;
  int standard_error = -1;
  bool own_group = true;  // leads a process group of its own, with its pid for a name
};

/// Starts a program with `command` as its arguments; the first is also the program, searched for by the PATH of this
/// process when it has no slash. A relative path is looked up in `directory`. The program starts as if this process
/// had touched no signal: none blocked, every one with its default action. It gets the three standard descriptors and
/// whatever else this process left open for programs. Nobody changes the environment of this process meanwhile.
///
/// Returns: the pid. It stays the child's until somebody reaps it.
/// Blocks:  until the child runs the program or could not.
/// Errors:  std::invalid_argument for an empty command and for text that cannot be handed over (a zero byte; a name in
///          the environment that is empty or has a '='); std::system_error that names the program when it cannot be
///          started, or the descriptor that cannot be handed over. No child is left then.
pid_t spawn(std::span<const std::string> command, const spawn_options& options);

}  // namespace quiesce::inline v0::os
