/// The line that runs a failure again, as it can be pasted into a shell.
#pragma once

#include <string>
#include <vector>

namespace explore {

/// The command line of this process, as it was started.
std::vector<std::string> own_command_line();

/// For a program that is explored as a whole: "quiesce explore ./bank --replay <schedule> 3".
std::string replay_of_program(const std::vector<std::string>& command_line, const std::string& schedule);
/// For check(), which takes the schedule from the environment: "QUIESCE_EXPLORE_REPLAY=<schedule> ./tests".
std::string replay_of_check(const std::vector<std::string>& command_line, const std::string& schedule);

/// The end of a report. `command`: one of the above.
std::string replay_lines(const std::string& schedule, const std::string& command);

}  // namespace explore
