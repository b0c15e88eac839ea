#include "explore_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <explore/explore.hpp>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "command_line.hpp"
#include "explore_environment.hpp"
#include "explore_flags.hpp"
#include "program_complaint.hpp"

namespace quiesce_tool {
namespace {

constexpr int system_refused = 1;

// Where the explorer of this build lies, in a build that has one, and what it wants of the compiler.
#ifdef QUIESCE_EXPLORE_LIBRARY
constexpr const char* hook_options = QUIESCE_EXPLORE_OPTIONS;
constexpr const char* library = QUIESCE_EXPLORE_LIBRARY;
constexpr const char* include_folder = QUIESCE_EXPLORE_INCLUDE;
#else
constexpr const char* hook_options = "";
constexpr const char* library = "";
constexpr const char* include_folder = "";
#endif

constexpr const char* description = "Run a program through its thread interleavings, and print the one that is wrong";

constexpr const char* manual = R"(PROGRAM
  Any program of C++ that ends by itself and takes all its input from its arguments and files. It is
  compiled and linked with two commands:

    g++ -std=c++20 $(quiesce explore --compile-flags) -c program.cpp
    g++ program.o $(quiesce explore --link-flags) -o program

  Started plainly such a program behaves as ever. The explorer runs its main() again and again, each time
  with another order of its threads' steps. Write -- before arguments of it that begin with a dash.

STRATEGY
  automatic    exhaustive, then bounded, then sampling, until one finds something or has seen everything
  exhaustive   each behaviour once: the fewest executions after which nothing is left to find
  depth_first  every interleaving, without leaving out those that cannot differ
  bounded      all with at most 0, 1, 2, ... deviations from the plain order
  random       a random walk, for programs too large for the others
  pos          orders of dependent steps by lot, each nearly as likely as any other
  pct          threads by priorities by lot, which change at a few steps
  sampling     pos, pct and random in turn, as each finds bugs that the others hardly ever do
  Exhaustive, depth_first and bounded can come to an end, and then say complete: within the limits that the
  report names, nothing is left to find. The others draw by lot, and never say that.

MEMORY
  sequential   the newest value, whatever the orders of the operations are; if nothing else is asked for
  weak         a stale value, too, where these orders allow it; the report says what C++ allows besides

DURATION
  2s, 250ms, 1.5m or 1h; a number alone is of seconds. At least a millisecond, at most a year.

REPORT
  On standard output: what was found and the interleaving that leads to it, one column for each thread, with
  a schedule, which --replay runs again; or how much was explored, and what was not. A schedule is good for
  the program that it was printed by, and not for one that was built again from other sources.

ENVIRONMENT
  The options reach the program as QUIESCE_EXPLORE (the strategy) and QUIESCE_EXPLORE_REPLAY, _EXECUTIONS,
  _TIME, _STEPS, _DEVIATIONS, _SPURIOUS, _MEMORY, _STALE_READS, _SEED, _WATCHDOG, _DEPTH, _JOBS, _REUSE,
  _LEAKS (0: not looked for), _SHRINK (0: no), _BREAK_AT, _JSON and _HTML, times in milliseconds. What is
  not given here is taken from there. QUIESCE_EXPLORE_RESULT names a file to which the result is written as
  a line of JSON.

EXIT STATUS
  0  nothing was found, and the report says how far that goes
  1  something was found
  2  wrong options, or a program or a schedule that cannot be explored)";

// What the explorer itself takes at most.
constexpr std::uint32_t most_steps = 65520;
constexpr std::uint32_t most_deviations = 1000;
constexpr std::uint32_t most_spurious = 1000;
constexpr std::uint32_t most_reuses = 1000;
constexpr std::uint32_t most_depth = 32;
constexpr std::uint32_t most_jobs = 64;
constexpr std::uint32_t last_step = 65536;
template <class Number>
constexpr Number unlimited = std::numeric_limits<Number>::max();

// Unlike check(), which often runs in one of many tests, the command has the machine to itself.
constexpr const char* one_job_for_each_core = "0";

constexpr auto strategies = {"automatic", "exhaustive", "depth_first", "bounded", "random", "sampling", "pos", "pct"};
constexpr auto memory_models = {"sequential", "weak"};

void add_word(CLI::App& command, const std::string& name, std::optional<std::string>& value,
              std::initializer_list<const char*> words, const char* type, const std::string& help) {
  const auto take = [&value, name, words](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      throw CLI::ValidationError(name, fmt::format("'{}' is none of {}", text, fmt::join(words, ", ")));
    }
    value = text;
  };
  command.add_option_function<std::string>(name, take, help)->type_name(type);
}

template <class Number>
CLI::Option* add_number(CLI::App& command, const std::string& name, std::optional<Number>& value, Number least,
                        Number most, const std::string& help) {
  const auto take = [&value, name, least, most](const std::string& text) {
    Number number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || number < least || number > most) {
      throw CLI::ValidationError(name, fmt::format("'{}' is no number from {} to {}", text, least, most));
    }
    value = number;
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("N");
}

CLI::Option* add_duration(CLI::App& command, const std::string& name, std::optional<std::chrono::milliseconds>& value,
                          const std::string& help) {
  const auto take = [&value, name](const std::string& text) {
    const auto duration = duration_argument(name, text);
    if (duration.count() == 0) throw CLI::ValidationError(name, fmt::format("'{}' is less than a millisecond", text));
    value = duration;
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("DURATION");
}

void add_file(CLI::App& command, const std::string& name, std::optional<std::string>& value, const std::string& help) {
  const auto take = [&value, name](const std::string& text) {
    if (text.empty()) throw CLI::ValidationError(name, "the file has no name");
    value = text;
  };
  command.add_option_function<std::string>(name, take, help)->type_name("FILE");
}

std::string shown(std::uint64_t number) { return std::to_string(number); }
std::string shown(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? fmt::format("{}s", time.count() / 1000) : fmt::format("{}ms", time.count());
}

// What is not given, the explorer takes from its own options.
const ::explore::options& defaults() {
  static const ::explore::options all;
  return all;
}

// How long a search goes on, and how far.
void add_limits(CLI::App& explore, explore_options& options) {
  add_number<std::uint64_t>(explore, "--executions", options.executions, 1, unlimited<std::uint64_t>,
                            "At most so many in each part of the search")
      ->default_str(shown(defaults().executions));
  add_duration(explore, "--time", options.time, "At most so long in each part of the search")
      ->default_str(shown(defaults().time));
  add_number<std::uint32_t>(explore, "--steps", options.steps, 1, most_steps,
                            "An execution with more is cut off, and reported")
      ->default_str(shown(defaults().steps));
  add_number<std::uint32_t>(explore, "--deviations", options.deviations, 0, most_deviations,
                            "The bounded search goes up to so many")
      ->default_str(shown(defaults().deviations));
  add_duration(explore, "--watchdog", options.watchdog, "How long a thread may run without a step")
      ->default_str(shown(defaults().watchdog));
}

// What may happen in an execution, and by which lot it is drawn.
void add_chances(CLI::App& explore, explore_options& options) {
  add_number<std::uint32_t>(explore, "--spurious", options.spurious, 0, most_spurious,
                            "Each thread may wake so often for no reason, from waits without a limit")
      ->default_str(shown(defaults().spurious_wake_ups));
  add_number<std::uint32_t>(explore, "--stale-reads", options.stale_reads, 0, unlimited<std::uint32_t>,
                            "With weak memory, an execution has at most so many")
      ->default_str(shown(defaults().stale_reads));
  add_number<std::uint32_t>(explore, "--reuse", options.reuse, 0, most_reuses,
                            "Freed memory is handed out again, so often in an execution at most")
      ->default_str(shown(defaults().reuse));
  add_number<std::uint64_t>(explore, "--seed", options.seed, 0, unlimited<std::uint64_t>,
                            "Makes other executions of random, sampling, pos, pct")
      ->default_str(shown(defaults().seed));
  add_number<std::uint32_t>(explore, "--depth", options.depth, 1, most_depth,
                            "pct looks for bugs that need so many steps in a certain order")
      ->default_str(shown(defaults().depth));
}

/// `flags` are nothing if the path cannot stand on a command line.
int print_flags(const std::optional<std::string>& flags, const char* path) {
  if (!flags) {
    complain(fmt::format("the explorer lies in {}, and a shell would tear that name apart", path));
    return system_refused;
  }
  std::puts(flags->c_str());
  return 0;
}

int print_flags(const explore_options& options) {
  if (std::string_view(library).empty()) {
    complain("this program was built without the explorer (QUIESCE_EXPLORE in CMake, and no sanitizer)");
    return system_refused;
  }
  if (options.compile_flags) return print_flags(explore_compile_flags(hook_options, include_folder), include_folder);
  if (!std::filesystem::exists(library)) {
    complain(fmt::format("there is no {}; build the target quiesce_explore", library));
    return system_refused;
  }
  return print_flags(explore_link_flags(library), library);
}

void apply(const environment_change& change) {
  const int refused =
      change.value ? ::setenv(change.name.c_str(), change.value->c_str(), 1) : ::unsetenv(change.name.c_str());
  if (refused != 0) throw std::system_error{errno, std::generic_category(), change.name};
}

/// Returns only if the system refuses.
void become(const explore_options& options) {
  const auto path = options.program.string();
  std::vector<const char*> arguments{path.c_str()};
  for (const auto& argument : options.arguments) arguments.push_back(argument.c_str());
  arguments.push_back(nullptr);
  ::execv(path.c_str(), const_cast<char* const*>(arguments.data()));
}

}  // namespace

CLI::App* add_explore_command(CLI::App& program, explore_options& options) {
  CLI::App* const explore = program.add_subcommand("explore", description);
  explore->footer(manual);
  explore->add_option("program", options.program, "The program to explore")->type_name("PROGRAM");
  explore->add_option("arguments", options.arguments, "What it is started with")->type_name("ARGUMENT...");
  add_word(*explore, "--strategy", options.strategy, strategies, "STRATEGY",
           "How the interleavings are chosen; see below");
  const auto take_schedule = [&options](const std::string& text) {
    if (text.empty()) throw CLI::ValidationError("--replay", "the schedule is empty");
    options.replay = text;
  };
  explore
      ->add_option_function<std::string>("--replay", take_schedule, "Run the one execution that a report has named so")
      ->type_name("SCHEDULE")
      ->excludes("--strategy");
  add_limits(*explore, options);
  add_word(*explore, "--memory", options.memory, memory_models, "MEMORY", "What an atomic load may find; see below");
  add_chances(*explore, options);
  explore->add_flag("--no-leaks", options.no_leaks,
                    "Memory that is left at the end, and threads that nobody joins, are no failure");
  add_number<std::uint32_t>(*explore, "--break-at", options.break_at, 0, last_step,
                            "With --replay, under a debugger: stop before this step")
      ->needs("--replay");
  add_file(*explore, "--json", options.json, "Write the report, with its first 6000 steps, for machines");
  add_file(*explore, "--html", options.html, "Write the report as a page that shows the interleaving");
  explore->add_flag("--no-shrink", options.no_shrink, "Report the failure with all deviations that it was found with");
  add_number<std::uint32_t>(*explore, "--jobs", options.jobs, 0, most_jobs,
                            "So many processes explore at once; 0 is one for each core")
      ->default_str(one_job_for_each_core);
  explore->add_flag("--compile-flags", options.compile_flags, "Print the options for compiling a program");
  explore->add_flag("--link-flags", options.link_flags, "Print the options for linking it")
      ->excludes("--compile-flags");
  return explore;
}

int explore(const explore_options& options) {
  if (options.compile_flags || options.link_flags) return print_flags(options);
  if (options.program.empty()) {
    complain("explore: PROGRAM is required; --help tells more");
    return wrong_usage;
  }
  if (options.break_at && (options.json || options.html)) {
    complain("explore: --break-at stops the program, and no report is written: leave --json and --html out");
    return wrong_usage;
  }
  const auto complaint = complaint_about(options.program);
  if (!complaint.empty()) {
    complain(complaint);
    return wrong_usage;
  }
  for (const auto& change : explore_environment(options, std::getenv("QUIESCE_EXPLORE") != nullptr)) apply(change);
  ::setenv("QUIESCE_EXPLORE_JOBS", one_job_for_each_core, 0);  // unless it is there
  become(options);
  complain(fmt::format("{}: {}", options.program.string(), std::generic_category().message(errno)));
  return wrong_usage;
}

}  // namespace quiesce_tool
