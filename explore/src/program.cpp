/// A program that is explored as a whole: main() is called again and again instead of once.
#include "program.hpp"

#include <sys/personality.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>

#include "engine.hpp"
#include "exploration.hpp"
#include "real.hpp"
#include "replay_line.hpp"
#include "report_files.hpp"
#include "report_json.hpp"
#include "schedule.hpp"
#include "search_sampling.hpp"
#include "workers.hpp"

namespace explore {
namespace {

using main_function = int(int, char**, char**);

struct whole_program {
  main_function* main = nullptr;
  int arguments = 0;
  char** argument = nullptr;
  char** environment = nullptr;
  bool is_explored = false;
  bool is_starting = false;
  shared_outcome* answer = nullptr;
};
constinit whole_program whole;

constexpr int found_something = 1;
constexpr int bad_use = 2;

[[noreturn]] void refuse_environment(const char* name, const char* value, const char* wanted) {
  std::fprintf(stderr, "explore: %s is '%s', which is not %s\n", name, value, wanted);
  std::_Exit(bad_use);
}

std::uint64_t number_from(const char* name, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return otherwise;
  std::uint64_t value = 0;
  const char* const end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || rest != end || value < least || value > most) {
    const std::string wanted = "a number from " + std::to_string(least) + " to " + std::to_string(most);
    refuse_environment(name, text, wanted.c_str());
  }
  return value;
}

strategy strategy_from(const char* text) {
  for (const strategy each : {strategy::automatic, strategy::exhaustive, strategy::depth_first, strategy::bounded,
                              strategy::random, strategy::sampling, strategy::pos, strategy::pct}) {
    std::string name = name_of(each);
    for (char& c : name) c = c == '-' || c == ' ' ? '_' : c;
    if (name == text) return each;
  }
  refuse_environment("QUIESCE_EXPLORE", text,
                     "one of automatic, exhaustive, depth_first, bounded, random, sampling, pos, pct");
}

memory_model memory_from_environment() {
  const char* const text = std::getenv("QUIESCE_EXPLORE_MEMORY");
  if (text == nullptr) return options{}.memory;
  for (const memory_model each : {memory_model::sequential, memory_model::weak}) {
    if (std::strcmp(text, name_of(each)) == 0) return each;
  }
  refuse_environment("QUIESCE_EXPLORE_MEMORY", text, "one of sequential, weak");
}

constexpr std::uint64_t a_year = 31'536'000'000;

options options_from_environment(const char* program) {
  options how;
  how.search = strategy_from(std::getenv("QUIESCE_EXPLORE"));
  const char* const name = std::getenv("QUIESCE_EXPLORE_NAME");
  const char* const slash = std::strrchr(program, '/');
  how.name = name_for_schedule(name != nullptr ? name : slash != nullptr ? slash + 1 : program);
  how.executions = number_from("QUIESCE_EXPLORE_EXECUTIONS", how.executions, 1, UINT64_MAX);
  how.time = std::chrono::milliseconds(
      number_from("QUIESCE_EXPLORE_TIME", static_cast<std::uint64_t>(how.time.count()), 1, a_year));
  how.steps =
      static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_STEPS", how.steps, 1, shared_outcome::most_steps));
  how.deviations = static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_DEVIATIONS", how.deviations, 0, 1000));
  how.spurious_wake_ups = static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_SPURIOUS", 0, 0, 1000));
  how.memory = memory_from_environment();
  how.stale_reads =
      static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_STALE_READS", how.stale_reads, 0, UINT32_MAX));
  how.seed = number_from("QUIESCE_EXPLORE_SEED", how.seed, 0, UINT64_MAX);
  how.watchdog = std::chrono::milliseconds(
      number_from("QUIESCE_EXPLORE_WATCHDOG", static_cast<std::uint64_t>(how.watchdog.count()), 1, a_year));
  how.leaks = number_from("QUIESCE_EXPLORE_LEAKS", how.leaks ? 1 : 0, 0, 1) != 0;
  how.reuse = static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_REUSE", how.reuse, 0, 1000));
  how.depth =
      static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_DEPTH", how.depth, 1, changing_priorities::most_depth));
  how.jobs = static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_JOBS", how.jobs, 0, most_workers));
  if (const char* const replay = std::getenv("QUIESCE_EXPLORE_REPLAY")) how.replay = replay;
  if (const char* const json = std::getenv("QUIESCE_EXPLORE_JSON")) how.json = json;
  if (const char* const html = std::getenv("QUIESCE_EXPLORE_HTML")) how.html = html;
  if (const char* const step = std::getenv("QUIESCE_EXPLORE_BREAK_AT")) {
    how.break_at =
        static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_BREAK_AT", 0, 0, shared_outcome::most_choices));
    if (how.replay.empty())
      refuse_environment("QUIESCE_EXPLORE_BREAK_AT", step, "of use without QUIESCE_EXPLORE_REPLAY");
    if (!how.json.empty() || !how.html.empty())
      refuse_environment("QUIESCE_EXPLORE_BREAK_AT", step, "of use with QUIESCE_EXPLORE_JSON or QUIESCE_EXPLORE_HTML");
  }
  how.shrink = number_from("QUIESCE_EXPLORE_SHRINK", 1, 0, 1) == 1;
  return how;
}

void call_main(void*) {
  const int status = whole.main(whole.arguments, whole.argument, whole.environment);
  if (status != 0) active->fail(verdict::failed_exit, "main() returned %d", status);
}

void write_result(const report& found) {
  const char* const path = std::getenv("QUIESCE_EXPLORE_RESULT");
  if (path == nullptr) return;
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) {
    std::fprintf(stderr, "explore: cannot write %s: %s\n", path, std::strerror(errno));
    return;
  }
  std::fputs(short_json_of(found).c_str(), file);
  std::fclose(file);
}

bool is_bad_use(verdict kind) {
  return kind == verdict::not_instrumented || kind == verdict::not_modelled || kind == verdict::bad_schedule ||
         kind == verdict::not_deterministic;
}

// With all that is to be printed and written.
report explored(const task& what) {
  try {
    look_at_report_files(*what.how);
    const report found = run_exploration(what, *whole.answer);
    std::fputs(found.text.c_str(), stdout);
    std::fflush(stdout);
    write_result(found);
    write_report_files(*what.how, found, *whole.answer);
    return found;
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(bad_use);
  }
}

int explore_main(int arguments, char** argument, char** environment) {
  whole.is_starting = false;
  whole.arguments = arguments;
  whole.argument = argument;
  whole.environment = environment;
  active->keep_globals();
  const options how = options_from_environment(argument[0]);
  task what;
  what.how = &how;
  what.program = call_main;
  what.command_line.assign(argument, argument + arguments);
  what.replay_command = replay_of_program;
  const report found = explored(what);
  // Not by exit: the destructors of global objects would run in a process in which the program never ran.
  std::_Exit(found.passed() ? 0 : is_bad_use(found.kind) ? bad_use : found_something);
}

// Addresses decide over the order in hashed containers, and with it over what a schedule means: they must be the same in
// each run. Where the system does not allow that, a schedule may not replay, and says so.
void fix_addresses(char** argument) {
  const int how = ::personality(0xffffffff);
  if (how < 0 || (how & ADDR_NO_RANDOMIZE) != 0) return;
  if (::personality(static_cast<unsigned>(how) | ADDR_NO_RANDOMIZE) < 0) return;
  if ((::personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0) return;
  ::execv("/proc/self/exe", argument);
}

// Before any constructor of the program: what these allocate must lie where it can be put back.
void prepare(char** argument) {
  fix_addresses(argument);
  whole.is_explored = true;
  whole.answer = &share_outcome();
  const char* why = "the addresses that the explorer needs are taken";
  if (heap::map()) active = engine::create(*whole.answer, &why);
  if (active == nullptr) {
    std::fprintf(stderr, "explore: %s\n", why);
    std::_Exit(bad_use);
  }
  whole.is_starting = true;
  std::set_terminate(on_terminate);  // a global variable of the C++ library: to be among those that are kept
}

}  // namespace

bool program_is_starting() noexcept { return whole.is_starting; }

}  // namespace explore

extern "C" int __libc_start_main(explore::main_function* main, int arguments, char** argument, void (*init)(),
                                 void (*fini)(), void (*rtld_fini)(), void* stack_end) {
  using start = int(explore::main_function*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  EXPLORE_OWN static constinit explore::next_definition<start> real{"__libc_start_main"};
  if (std::getenv("QUIESCE_EXPLORE") != nullptr) {
    explore::prepare(argument);
    explore::whole.main = main;
    main = explore::explore_main;
  }
  return real.get()(main, arguments, argument, init, fini, rtld_fini, stack_end);
}
