#include "child.hpp"

#include <cxxabi.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include "engine.hpp"
#include "real.hpp"

namespace explore {

const std::vector<std::string>* states_to_reach = nullptr;

namespace {

[[noreturn]] void leave() noexcept {
  for (;;) kernel(SYS_exit_group, 0);
}

[[noreturn]] void give_up(shared_outcome& answer, const char* why) noexcept {
  std::strncpy(answer.trace.message, why, sizeof answer.trace.message - 1);
  answer.kind = verdict::not_modelled;
  answer.has_verdict = true;
  leave();
}

// --- Crashes and exceptions -----------------------------------------------------------------------------------------

void on_crash(int signal, siginfo_t* info, void* context) noexcept {
  if (!is_explored()) {
    ::signal(signal, SIG_DFL);
    return;  // the instruction is repeated and ends the process
  }
  engine& in = *active;
  const auto* const registers = static_cast<const ucontext_t*>(context);
  in.self().pending.pc = static_cast<std::uintptr_t>(registers->uc_mcontext.gregs[REG_RIP]) + 1;
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const auto stack = reinterpret_cast<std::uintptr_t>(heap::stack(in.current()));
  if (signal == SIGSEGV && at - stack < stack_guard) {
    in.fail(verdict::died_by_signal, "the stack of thread %u is full (%zu KiB)", in.current(), stack_size / 1024);
  }
  const char* const name = signal == SIGSEGV  ? "SIGSEGV"
                           : signal == SIGBUS ? "SIGBUS"
                           : signal == SIGFPE ? "SIGFPE"
                                              : "SIGILL";
  in.fail(verdict::died_by_signal, "%s, address %#zx", name, at);
}

void catch_crashes() noexcept {
  constexpr std::size_t size = std::size_t{64} * 1024;
  stack_t stack{};
  stack.ss_sp = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack.ss_size = size;
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigaction(signal, &action, nullptr);
}

}  // namespace

void on_terminate() noexcept {
  if (!is_explored()) ::abort();
  engine& in = *active;
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) in.fail(verdict::terminated, "std::terminate() was called without an exception");
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status),
                                                        ::free);
  const char* const name = status == 0 ? readable.get() : type->name();
  try {
    throw;
  } catch (const std::exception& thrown) {
    in.fail(verdict::uncaught_exception, "nobody catches %s: %s", name, thrown.what());
  } catch (...) {
    in.fail(verdict::uncaught_exception, "nobody catches an exception of type %s", name);
  }
}

namespace {

// What the program prints again and again in a search is not shown.
void silence() noexcept {
  const long nowhere = kernel(SYS_openat, AT_FDCWD, argument("/dev/null"), O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  kernel(SYS_dup2, nowhere, 1);
  kernel(SYS_dup2, nowhere, 2);
}

// --- Searching ------------------------------------------------------------------------------------------------------

/// The hashes of all final states, as far as they fit in.
class state_set {
 public:
  state_set() noexcept
      : table_(static_cast<std::uint64_t*>(::mmap(nullptr, places * sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {}
  bool enter(std::uint64_t hash) noexcept {
    if (count_ > places / 4 * 3 || table_ == MAP_FAILED) return false;
    if (hash == 0) hash = 1;
    for (std::size_t at = (hash * 0x9e3779b97f4a7c15U) >> 42;; at = (at + 1) % places) {
      if (table_[at] == hash) return false;
      if (table_[at] != 0) continue;
      table_[at] = hash;
      ++count_;
      return true;
    }
  }

 private:
  static constexpr std::size_t places = std::size_t{1} << 22;
  std::uint64_t* table_;
  std::size_t count_ = 0;
};

struct searching {
  engine& in;
  const task& what;
  shared_outcome& answer;

  engine::ending run(search& by) const {
    answer.choice_count = 0;
    const engine::ending how = in.run(by, what.program, what.argument);
    if (how == engine::ending::lost) {
      in.fail(verdict::not_deterministic, "at step %u the same schedule took another course", in.position());
    }
    in.conclude(how);
    if (how == engine::ending::over && what.how->has_failed && what.how->has_failed()) {
      in.fail(verdict::failed_assertion, "the test has recorded a failure");
    }
    if (how == engine::ending::over) in.look_for_leaks();
    return how;
  }

  // The first execution once more: it must come to the same end.
  void compare_with_itself() const {
    const std::uint64_t history = in.history();
    const std::uint32_t steps = in.position();
    std::vector<std::uint32_t> choices(answer.choices, answer.choices + answer.choice_count);
    for (std::uint32_t& each : choices) each &= ~shared_outcome::deviates;
    replayed_search again(choices.data(), choices.size());
    run(again);
    if (in.position() == steps && in.history() == history) return;
    in.fail(verdict::not_deterministic, "the first execution had %u steps; run again with the same choices it had %u%s",
            steps, in.position(), in.position() == steps ? ", and other ones" : "");
  }

  void search_all(search& by) const {
    const options& how = *what.how;
    const std::uint64_t end = real_time() + static_cast<std::uint64_t>(how.time.count()) * 1'000'000U;
    state_set states;
    bool more = true;
    for (std::uint64_t runs = 0; more; ++runs) {
      if (runs >= how.executions || (runs % 16 == 15 && real_time() >= end)) {
        answer.out_of_budget = true;
        break;
      }
      const engine::ending ended = run(by);
      if (ended == engine::ending::dropped) {
        ++answer.dropped;
      } else {
        ++answer.executions;
        if (ended == engine::ending::cut_off) ++answer.cut_off;
        if (const std::uint64_t hash = in.history(); states.enter(hash)) {
          ++answer.states;
          answer.digest += hash;
        }
      }
      if (runs == 0) {
        more = by.advance(in);
        compare_with_itself();
      } else {
        more = by.advance(in);
      }
    }
    answer.limited_time_outs = !in.took_every_time_out();
    answer.skipped_reads = in.skipped_reads();
    answer.limited_stale_reads = in.limited_stale_reads();
    answer.limited_messages = in.limited_messages();
    answer.limited_reuses = in.limited_reuses();
    answer.lost_track = in.has_lost_track();
    answer.is_complete =
        !answer.out_of_budget && answer.cut_off == 0 && !in.has_exited() && !in.has_lost_track() && by.is_complete();
  }

  void search_by_strategy() const {
    const options& how = *what.how;
    if (what.is_replay) {
      replayed_search one(what.choices.data(), what.choices.size());
      run(one);
      return;
    }
    if (what.is_scheduled) {
      scheduled_search one(what.deviations.data(), what.deviations.size());
      run(one);
      ++answer.executions;
      return;
    }
    switch (what.search) {
      case strategy::automatic:
      case strategy::exhaustive: {
        reduced_search by(how.steps);
        return search_all(by);
      }
      case strategy::depth_first: {
        depth_first_search by(how.steps);
        return search_all(by);
      }
      case strategy::bounded: {
        bounded_search by(how.steps, how.deviations);
        search_all(by);
        answer.bound = by.bound();
        return;
      }
      case strategy::random: {
        random_search by(how.seed);
        return search_all(by);
      }
    }
  }
};

}  // namespace

void run_child(const task& what, shared_outcome& answer) {
  const char* why = nullptr;
  if (active == nullptr) {
    if (!heap::map()) give_up(answer, "the addresses that the explorer needs are taken");
    active = engine::create(what.how->steps, answer, &why);
    if (active == nullptr) give_up(answer, why);
  }
  states_to_reach = &what.how->must_reach;
  catch_crashes();
  std::set_terminate(on_terminate);
  if (!what.is_replay) silence();
  if (what.is_replay) active->record(answer.watched_thread, answer.watched_access);
  active->allow_spurious_wake_ups(what.how->spurious_wake_ups);
  active->report_leaks(what.how->leaks);
  active->allow_reuse(what.how->reuse);
  if (what.how->memory == memory_model::weak && !active->use_weak_memory(what.how->stale_reads)) {
    give_up(answer, "no memory for the values that loads may find");
  }
  active->keep_state(what.stack_begin,
                     !can_switch_thread_base() || std::getenv("QUIESCE_EXPLORE_BY_THREADS") != nullptr);
  searching{*active, what, answer}.search_by_strategy();
  answer.is_over = true;
  leave();
}

}  // namespace explore
