#include "command_probe.hpp"

#include <fmt/format.h>

#include <csignal>
#include <system_error>
#include <utility>

#include "wording.hpp"

namespace quiesce_tool {

command_probe::command_probe(q::thread_pool& pool, const process_settings& settings,
                             std::pair<std::string, std::string> mark, int nowhere, listener tell)
    : settings_{settings},
      mark_{std::move(mark)},
      nowhere_{nowhere},
      tell_{std::move(tell)},
      on_exit_{pool, [this](q::callback_scope&) { exited(); }} {}

command_probe::~command_probe() {
  if (pid_ == 0) return;
  try {
    process_->send_group(SIGKILL);
  } catch (const std::system_error&) {
    // It has changed its user: it ends by itself, or with everything else.
  }
}

void command_probe::begin() {
  auto environment = settings_.environment;
  environment.push_back(mark_);
  try {
    process_ = q::process::spawn({"/bin/sh", "-c", settings_.ready.command}, {.directory = settings_.directory,
                                                                              .environment = std::move(environment),
                                                                              .standard_input = nowhere_,
                                                                              .standard_output = nowhere_,
                                                                              .standard_error = nowhere_});
  } catch (const std::system_error& error) {
    return tell_(error.what());
  }
  pid_ = process_->pid();
  on_exit_.arm(*process_);
}

void command_probe::exited() {
  if (pid_ == 0) return;
  pid_ = 0;
  const q::exit_status status = process_->status();
  if (status.exited && status.code == 0) return tell_(std::nullopt);
  tell_(fmt::format("`{}` {}", settings_.ready.command, exit_text(status)));
}

}  // namespace quiesce_tool
