/// The explorer: runs a small concurrent program through its thread interleavings, and prints the one that is wrong.
///
/// The code under test is ordinary C++. It is compiled with -fsanitize=thread, so that the compiler emits a call for every
/// memory access, and linked with this library instead of the sanitizer's: there are no types to use and nothing to
/// annotate. `quiesce_add_exploration` (CMake) and `quiesce explore` do both.
///
///     explore::report found = explore::check([] {
///       int shared = 0;
///       std::thread other([&] { shared = 1; });
///       assert(shared == 0);
///       other.join();
///     });
///     std::puts(found.text.c_str());  // the data race, with both stacks and the string that replays it
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace explore {

/// How the interleavings are chosen. A *deviation* is a choice that is not the default one; the default is that the running
/// thread goes on, and that the lowest-numbered one follows when it cannot. After each twentieth of options::steps that it has
/// made itself, or less with more than five threads, a thread gives way for some steps to others that can go on.
enum class strategy : std::uint8_t {
  automatic,    ///< exhaustive; if that does not end within the budget, bounded, then sampling
  exhaustive,   ///< every behaviour once, by partial-order reduction
  depth_first,  ///< every interleaving, without reduction: the yardstick by which the reduction is tested
  bounded,      ///< all with at most 0, 1, 2, ... deviations, interleavings with the same order of dependent steps once
  random,       ///< a random walk
  sampling,     ///< pos, pct and random in turn: each finds bugs that the others hardly ever do
  pos,          ///< orders of dependent steps by lot, each nearly as likely as any other
  pct,          ///< threads by priorities, which change at options::depth - 1 steps
};

/// What an exploration found.
enum class verdict : std::uint8_t {
  passed,
  failed_assertion,  ///< assert(), abort(), a failed expectation
  uncaught_exception,
  terminated,      ///< std::terminate() without an exception
  died_by_signal,  ///< a crash
  failed_exit,     ///< exit(), or a return from main, with another status than 0
  deadlock,        ///< threads wait for each other
  lost_wake_up,    ///< a thread sleeps on a word that has changed since, and nobody will wake it
  blocked,         ///< every thread waits, and nothing that this explorer knows of can end that
  livelock,        ///< every thread spins or waits, and nothing changes any more
  step_limit,      ///< an execution did not end within options::steps
  no_progress,     ///< a thread ran for options::watchdog without any step: a loop that never looks at shared memory
  data_race,
  use_after_free,
  double_free,
  bad_free,           ///< free() of what malloc() never returned: of a variable, or of a place within a block
  bad_use,            ///< unlocking what is not owned, joining twice, destroying what is in use
  not_deterministic,  ///< the same schedule took another course
  not_modelled,       ///< the program did what cannot be explored here: a real socket, too many threads, ...
  not_reached,        ///< no execution came to a state that options::must_reach names
  not_instrumented,   ///< the program was not compiled with -fsanitize=thread, or linked with the sanitizer
  bad_schedule,       ///< the string to replay is no schedule, or of another program or build; or nothing can stop it
  leak,  ///< memory is left at the end of an execution, and nothing points to it; or a thread has ended, nobody
         ///< joined or detached it, and its pthread_t is found nowhere any more
};

/// What an atomic load may find.
enum class memory_model : std::uint8_t {
  sequential,  ///< the newest value, whatever orders the program names: a plain interleaving of its steps
  /// Any value that the orders which the program names, and what has happened before, do not rule out, of those stored so
  /// far. A value that is not the newest one is *stale*. Not all that C++ allows: the report says what is left out.
  weak,
};

struct options {
  std::string name = "program";  ///< stands in reports and in the schedule string: letters, digits, '-' and '_'
  strategy search = strategy::automatic;
  std::uint64_t executions = 10'000'000;   ///< at most so many in each part of the search
  std::chrono::milliseconds time{10'000};  ///< at most so long in each part of the search
  /// An execution with more is cut off, and reported, unless somebody was kept from going on for long, or waits for time.
  std::uint32_t steps = 5'000;
  std::uint32_t deviations = 3;  ///< bounded: up to so many
  /// random, pos: equal seeds make equal executions. sampling, pct: equal seeds and equal numbers of `jobs` do, as there an
  /// execution depends on those that its worker has made before.
  std::uint64_t seed = 1;
  /// A thread that waits without a limit for a notification or on a futex may wake without one, so often in an execution. Right
  /// programs look again; each such wake is a deviation. It is no way out: where only this is left, the threads wait for ever.
  /// When the first thread has ended it comes of itself, as others go on to their ends.
  std::uint32_t spurious_wake_ups = 0;
  memory_model memory = memory_model::sequential;
  /// With weak memory: an execution has at most so many loads that find a stale value; one that would have more is told in the
  /// report. UINT32_MAX is no limit; a loop that looks again and again may then have no end.
  std::uint32_t stale_reads = 2;
  /// Memory that an execution allocates, and that is left at its end with nothing pointing to it, is a failure; so is a thread
  /// that has ended and that nobody joined or detached, if its pthread_t is found as little. Asked when all threads have ended,
  /// and the destructors of thread-local and static variables have run; with check(), those of the function's own static
  /// variables. What a word of a global variable, of a thread-local one of the first thread, or of a block that is pointed to
  /// itself can be taken for a pointer to, is no leak; nor is what is kept by memory that existed before the exploration, that
  /// the program or libc has mapped, or by the caller's stack; nor what libc allocates, nor anything after exit() or while a
  /// thread waits for ever.
  bool leaks = true;
  /// Memory that was freed may be handed out again, so often in an execution: the newest freed block, by an allocation of the
  /// same size; each time is a deviation. Without it an address belongs to one block only. Each allocation is a step then, and
  /// each free.
  std::uint32_t reuse = 0;
  std::chrono::milliseconds watchdog{10'000};  ///< how long a thread may run without a step
  /// A schedule: runs that one execution only. If this is empty, check() takes it from QUIESCE_EXPLORE_REPLAY in the environment,
  /// where it stands for each check() whose `name` is that of the schedule; in the environment of others it changes nothing.
  std::string replay{};
  std::vector<std::string> must_reach{};  ///< names given to reach(); one that is never reached is a failure
  /// Asked after each execution: true makes it a failed one. With GoogleTest `[] { return ::testing::Test::HasFailure(); }`
  /// makes failed expectations count, which otherwise nobody outside of the child process learns of.
  std::function<bool()> has_failed{};
  /// A failure is reduced to the fewest deviations at which it stays the same: the same verdict at the same place, by file and
  /// line or, where these are not known, by its calls; without any place nothing is left out. That takes
  /// 500 executions, then as many more as have 20 million steps together, and 10 s, at most. Of a replay the schedule stays as
  /// it was given.
  bool shrink = true;
  /// With `replay`, under a debugger: stops there before this step is made, in the thread that makes it; or, if there is one step
  /// less, where the failure is seen. The report is printed first, and the process ends with the execution: not with `json` or
  /// `html`. check() takes it from QUIESCE_EXPLORE_BREAK_AT, too, a number, which does nothing for a check() that replays nothing.
  std::optional<std::uint32_t> break_at{};
  /// Files to which the report is written for machines (its fields: docs/explore.md), and as a page that a browser shows. What
  /// is in them is replaced.
  std::string json{};
  std::string html{};
  std::uint32_t depth = 3;  ///< pct: it looks for bugs that need so many steps in a certain order; from 1 to 32
  /// So many processes explore at the same time; 0 is one for each core that this process may use, 64 the most. The bounded
  /// search has one. The others divide the work among them and come to the same orders. Which of several failures is reported
  /// may depend on their speed, except in a search that ends within 1000 executions, and in one by lot while time does not run
  /// out. Programs that use real files with fixed names at the same time disturb each other: from the 1000th execution on, or
  /// from the first one by lot.
  std::uint32_t jobs = 1;
};

/// What an exploration answers.
struct report {
  verdict kind = verdict::passed;
  std::string text{};      ///< what a person reads: the interleaving, or what has been explored and what has not
  std::string schedule{};  ///< replays the failure: options::replay, or `quiesce explore --replay`
  std::string where{};     ///< "file:line" of the step at which the failure was seen, as far as known
  strategy search = strategy::automatic;  ///< the one that found it, or the last one
  std::uint64_t executions = 0;           ///< those that ran to their end
  std::uint64_t dropped = 0;              ///< those that the reduction cut short, as others stand for them
  std::uint64_t states = 0;               ///< distinct final orders of dependent steps, as far as they were counted
  std::uint64_t digest = 0;               ///< sum of their hashes: equal sets of orders have equal digests
  bool complete = false;                  ///< nothing is left to explore, under what the text calls modelled
  bool out_of_budget = false;             ///< the search ended at options::time or options::executions
  std::uint32_t deviations = 0;           ///< in the schedule
  std::uint32_t found_deviations = 0;     ///< in the execution as the search found it, before it was shrunk
  /// Of the search, or of the schedule that was replayed.
  memory_model memory = memory_model::sequential;
  /// After sampling, pos, pct or random: about the probability that one more execution would come to an order not yet seen.
  std::optional<double> unseen{};
  /// What one types to run the failure again, as the text ends with it, quoted for a shell: `quiesce explore` with the program and
  /// its arguments; or, of check(), the command line of this process with QUIESCE_EXPLORE_REPLAY before it, to which a filter can
  /// be added that leaves out other tests. Empty if nothing was found.
  std::string replay{};

  [[nodiscard]] bool passed() const noexcept { return kind == verdict::passed; }
  explicit operator bool() const noexcept { return passed(); }
};
std::ostream& operator<<(std::ostream&, const report&);

/// The name of a verdict as it stands in reports: "data race".
const char* name_of(verdict) noexcept;
const char* name_of(strategy) noexcept;
const char* name_of(memory_model) noexcept;

/// Explores `program`, which is run again and again, as the first thread of each execution.
///
/// Runs in a child process: what the program does to memory is not seen by the caller, and a crash is a verdict. Global and
/// thread-local variables and the caller's stack are put back before each execution; heap memory that existed before the
/// call is not, so a program makes what it changes.
/// An execution has 512 MiB, of which nothing is used again but by options::reuse; one that needs more is not modelled. What is
/// larger than the address space, 128 TiB, is refused to the program.
/// Blocks:   until the search has ended. A program that hangs is ended by options::watchdog.
/// Errors:   std::system_error if no process or memory can be had, or a file that options name cannot be written; anything
///           else is a verdict.
report check(std::function<void()> program, const options& = {});

/// Marks a state that an exploration must have met (options::must_reach). Does nothing outside one. Not a step.
void reach(const char* name) noexcept;

/// A value from 0 to `values` - 1 that nothing in the program decides: an input, a failure that may come. A search tries every
/// one, as it tries every order of the threads; 0 is the usual one, any other is a deviation, and a random walk takes each
/// equally often. A step. Outside of an exploration: 0.
/// Errors:   an execution in which `values` is not from 1 to 65535 fails with verdict::bad_use.
unsigned choose(unsigned values) noexcept;

}  // namespace explore
