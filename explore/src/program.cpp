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

#include "engine.hpp"
#include "exploration.hpp"
#include "real.hpp"
#include "schedule.hpp"

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
  for (const strategy each :
       {strategy::automatic, strategy::exhaustive, strategy::depth_first, strategy::bounded, strategy::random}) {
    std::string name = name_of(each);
    for (char& c : name) c = c == '-' || c == ' ' ? '_' : c;
    if (name == text) return each;
  }
  refuse_environment("QUIESCE_EXPLORE", text, "one of automatic, exhaustive, depth_first, bounded, random");
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
      static_cast<std::uint32_t>(number_from("QUIESCE_EXPLORE_STEPS", how.steps, 1, shared_outcome::most_choices - 16));
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
  if (const char* const replay = std::getenv("QUIESCE_EXPLORE_REPLAY")) how.replay = replay;
  return how;
}

void call_main(void*) {
  const int status = whole.main(whole.arguments, whole.argument, whole.environment);
  if (status != 0) active->fail(verdict::failed_exit, "main() returned %d", status);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result + "\"";
}

const char* key_of(verdict kind);

void write_result(const report& found, memory_model memory) {
  const char* const path = std::getenv("QUIESCE_EXPLORE_RESULT");
  if (path == nullptr) return;
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) {
    std::fprintf(stderr, "explore: cannot write %s: %s\n", path, std::strerror(errno));
    return;
  }
  std::fprintf(
      file,
      "{\"verdict\":\"%s\",\"strategy\":%s,\"memory\":\"%s\",\"executions\":%llu,\"dropped\":%llu,\"states\":%llu,"
      "\"complete\":%s,\"schedule\":%s,\"where\":%s}\n",
      key_of(found.kind), quoted(name_of(found.search)).c_str(), name_of(memory),
      static_cast<unsigned long long>(found.executions), static_cast<unsigned long long>(found.dropped),
      static_cast<unsigned long long>(found.states), found.complete ? "true" : "false", quoted(found.schedule).c_str(),
      quoted(found.where).c_str());
  std::fclose(file);
}

const char* key_of(verdict kind) {
  switch (kind) {
    case verdict::passed: return "passed";
    case verdict::failed_assertion: return "failed_assertion";
    case verdict::uncaught_exception: return "uncaught_exception";
    case verdict::terminated: return "terminated";
    case verdict::died_by_signal: return "died_by_signal";
    case verdict::failed_exit: return "failed_exit";
    case verdict::deadlock: return "deadlock";
    case verdict::lost_wake_up: return "lost_wake_up";
    case verdict::blocked: return "blocked";
    case verdict::livelock: return "livelock";
    case verdict::step_limit: return "step_limit";
    case verdict::no_progress: return "no_progress";
    case verdict::data_race: return "data_race";
    case verdict::use_after_free: return "use_after_free";
    case verdict::double_free: return "double_free";
    case verdict::bad_free: return "bad_free";
    case verdict::bad_use: return "bad_use";
    case verdict::not_deterministic: return "not_deterministic";
    case verdict::not_modelled: return "not_modelled";
    case verdict::not_reached: return "not_reached";
    case verdict::not_instrumented: return "not_instrumented";
    case verdict::bad_schedule: return "bad_schedule";
    case verdict::leak: return "leak";
  }
  return "unknown";
}

bool is_bad_use(verdict kind) {
  return kind == verdict::not_instrumented || kind == verdict::not_modelled || kind == verdict::bad_schedule ||
         kind == verdict::not_deterministic;
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
  const report found = run_exploration(what, *whole.answer);
  std::fputs(found.text.c_str(), stdout);
  write_result(found, how.memory);
  std::fflush(stdout);
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
  const auto steps = static_cast<std::uint32_t>(
      number_from("QUIESCE_EXPLORE_STEPS", options{}.steps, 1, shared_outcome::most_choices - 16));
  if (heap::map()) active = engine::create(steps, *whole.answer, &why);
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
  static constinit explore::next_definition<start> real{"__libc_start_main"};
  if (std::getenv("QUIESCE_EXPLORE") != nullptr) {
    explore::prepare(argument);
    explore::whole.main = main;
    main = explore::explore_main;
  }
  return real.get()(main, arguments, argument, init, fini, rtld_fini, stack_end);
}
