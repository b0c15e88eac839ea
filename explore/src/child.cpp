#include "child.hpp"

#include <cxxabi.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include "engine.hpp"
#include "own_memory.hpp"
#include "real.hpp"
#include "search_sampling.hpp"
#include "search_tree.hpp"
#include "trial_search.hpp"

namespace explore {

EXPLORE_OWN constinit const std::vector<std::string>* states_to_reach = nullptr;

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
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (signal == SIGSEGV && active->let_write(at)) return;
  if (!is_explored()) {
    struct sigaction end {};
    end.sa_handler = SIG_DFL;
    ::sigaction(signal, &end, nullptr);
    return;  // the instruction is repeated and ends the process
  }
  engine& in = *active;
  const auto* const registers = static_cast<const ucontext_t*>(context);
  in.self().pending.pc = static_cast<std::uintptr_t>(registers->uc_mcontext.gregs[REG_RIP]) + 1;
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
  stack.ss_sp = own_memory::map(size);  // what a fault leaves there are no pointers of the program's
  stack.ss_size = size;
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigaction(signal, &action, nullptr);
  unblock_crashes();
}

}  // namespace

void on_terminate() noexcept {
  if (!is_explored()) ::abort();
  engine& in = *active;
  // Below it lie those that threw. To be set at the end: what the C++ library does here makes steps of its own.
  const auto thrown_by = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) {
    in.self().pending.pc = thrown_by;
    in.fail(verdict::terminated, "std::terminate() was called without an exception");
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status),
                                                        ::free);
  const char* const name = status == 0 ? readable.get() : type->name();
  try {
    throw;
  } catch (const std::exception& thrown) {
    in.self().pending.pc = thrown_by;
    in.fail(verdict::uncaught_exception, "nobody catches %s: %s", name, thrown.what());
  } catch (...) {
    in.self().pending.pc = thrown_by;
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

  // Whether an execution may begin now.
  bool may_go_on(std::uint64_t runs, const sampling_search* drawn) const {
    shared_work& work = *what.work;
    if (work.stop.load(std::memory_order_relaxed)) return false;
    const std::uint64_t number = drawn != nullptr ? drawn->number() : work.runs.fetch_add(1, std::memory_order_relaxed);
    // Of several executions that fail the first one is told, and those before it are still made.
    if (drawn != nullptr && number > work.first_failed.load(std::memory_order_relaxed)) return false;
    const bool is_late = runs % 16 == 15 && real_time() >= work.end;
    if (is_late || number >= what.how->executions) {
      answer.out_of_budget = true;
      // The numbers of the others may be lower.
      if (is_late || drawn == nullptr) work.stop.store(true, std::memory_order_relaxed);
      return false;
    }
    answer.number = number;
    return true;
  }

  void count(engine::ending ended) const {
    if (ended == engine::ending::dropped) {
      ++answer.dropped;
      return;
    }
    ++answer.executions;
    if (ended == engine::ending::cut_off) ++answer.cut_off;
    const order_set::entry found = what.work->orders.enter(in.history());
    answer.orders.add(found);
    if (found == order_set::entry::first) answer.digest += in.history();
  }

  void wait_for_others() const {
    shared_work& work = *what.work;
    work.arrived.fetch_add(1, std::memory_order_relaxed);
    while (what.begin_together && work.arrived.load(std::memory_order_relaxed) < what.workers) kernel(SYS_sched_yield);
  }

  void search_all(search& by, const sampling_search* drawn = nullptr) const {
    answer.is_idle = true;
    wait_for_others();
    bool more = by.begin();
    answer.is_idle = false;
    for (std::uint64_t runs = 0; more && may_go_on(runs, drawn); ++runs) {
      if (what.begin_together && runs < 64) kernel(SYS_sched_yield);  // or the first would be done before others come
      const engine::ending ended = run(by);
      count(ended);
      answer.is_idle.store(true, std::memory_order_relaxed);
      more = by.advance(in);
      answer.is_idle.store(false, std::memory_order_relaxed);
      if (runs == 0 && ended != engine::ending::dropped) compare_with_itself();
    }
    // It may be that nobody has noticed but one who looked for something to do.
    if (what.work->stop.load(std::memory_order_relaxed)) answer.out_of_budget = true;
    answer.limited_time_outs = !in.took_every_time_out();
    answer.skipped_reads = in.skipped_reads();
    answer.limited_stale_reads = in.limited_stale_reads();
    answer.limited_messages = in.limited_messages();
    answer.limited_reuses = in.limited_reuses();
    answer.limited_wake_ups = in.limited_wake_ups();
    answer.lost_track = in.has_lost_track();
    answer.has_exited = in.has_exited();
    answer.is_complete =
        !answer.out_of_budget && answer.cut_off == 0 && !in.has_exited() && !in.has_lost_track() && by.is_complete();
  }

  void try_candidates() const {
    const std::vector<interruptions>& all = *what.candidates;
    for (std::size_t i = what.first_candidate; i < all.size(); ++i) {
      answer.executions = i;
      if (i - what.first_candidate >= what.most_candidates || real_time() >= what.end) return;
      trial_search one(all[i]);
      run(one);
    }
  }

  choice_path make_path() const { return {what.how->steps, what.workers > 1 ? what.work : nullptr, what.worker == 0}; }

  void search_by_strategy() const {
    const options& how = *what.how;
    if (what.is_replay) {
      replayed_search one(what.choices.data(), what.choices.size());
      run(one);
      return;
    }
    if (what.is_scheduled) {
      scheduled_search one(what.deviations.data(), what.deviations.size());
      if (run(one) == engine::ending::cut_off) ++answer.cut_off;
      ++answer.executions;
      return;
    }
    if (what.candidates != nullptr) return try_candidates();
    switch (what.search) {
      case strategy::automatic:
      case strategy::exhaustive: {
        choice_path path = make_path();
        reduced_search by(path);
        return search_all(by);
      }
      case strategy::depth_first: {
        choice_path path = make_path();
        depth_first_search by(path);
        return search_all(by);
      }
      case strategy::bounded: {
        bounded_search by(how.steps, how.deviations);
        search_all(by);
        answer.bound = by.bound();
        answer.has_begun_bound = by.has_begun_bound();
        return;
      }
      case strategy::random:
      case strategy::sampling:
      case strategy::pos:
      case strategy::pct: {
        sampling_search by(what.search, how, what.worker, what.workers);
        return search_all(by, &by);
      }
    }
  }
};

}  // namespace

void run_child(const task& what, shared_outcome& answer) {
  const char* why = nullptr;
  if (active == nullptr) {
    if (!heap::map()) give_up(answer, "the addresses that the explorer needs are taken");
    active = engine::create(answer, &why);
    if (active == nullptr) give_up(answer, why);
  }
  states_to_reach = &what.how->must_reach;
  active->keep_blocked_signals();
  catch_crashes();
  std::set_terminate(on_terminate);
  if (!what.is_replay || what.is_silent) silence();
  if (what.is_replay) active->record(answer.watched_thread, answer.watched_access);
  if (what.stop_at != no_position) active->stop_before(what.stop_at);
  active->limit_steps(what.how->steps);
  active->allow_spurious_wake_ups(what.how->spurious_wake_ups);
  active->report_leaks(what.how->leaks);
  active->allow_reuse(what.how->reuse);
  if (what.how->memory == memory_model::weak && !active->use_weak_memory(what.how->stale_reads)) {
    give_up(answer, "no memory for the values that loads may find");
  }
  active->keep_state(what.stack_begin,
                     !can_switch_thread_base() || std::getenv("QUIESCE_EXPLORE_BY_THREADS") != nullptr);
  if (!active->has_kept_all())
    give_up(answer, "the program's variables are in more parts than the explorer has room for");
  if (!what.is_replay && !what.is_scheduled) active->guard_globals();  // in one execution only a debugger would notice
  searching{*active, what, answer}.search_by_strategy();
  answer.is_over = true;
  leave();
}

}  // namespace explore
