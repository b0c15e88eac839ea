#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "explore_command.hpp"
#include "run_command.hpp"

namespace {

/// Somebody may have closed one of the three. The next file to be opened would get its number, and what is meant for the
/// terminal would be written into that file.
void occupy_standard_descriptors() {
  for (int fd = ::open("/dev/null", O_RDWR); fd >= 0; fd = ::dup(fd)) {
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
  }
}

}  // namespace

// The program `quiesce`. Each sub-command has a file of its own.
int main(int count, char** arguments) {
  occupy_standard_descriptors();
  CLI::App program{"Tools made with the Quiesce library.", "quiesce"};
  program.set_version_flag("--version", "quiesce " QUIESCE_VERSION);
  program.require_subcommand(1);
  constexpr std::size_t column_of_help = 36;
  program.get_formatter()->column_width(column_of_help);
  program.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format("quiesce: {}; --help tells more\n", error.what());
  });
  quiesce_tool::run_options run_options;
  quiesce_tool::explore_options explore_options;
  const CLI::App* const run = quiesce_tool::add_run_command(program, run_options);
  const CLI::App* const explore = quiesce_tool::add_explore_command(program, explore_options);
  try {
    program.parse(count, arguments);
  } catch (const CLI::ParseError& outcome) {
    // --help and --version come this way, too, with status 0. CLI11 has many numbers for errors; everybody expects 2.
    return program.exit(outcome) == 0 ? 0 : 2;
  }
  if (run->parsed()) return quiesce_tool::run(run_options);
  return explore->parsed() ? quiesce_tool::explore(explore_options) : 0;
}
