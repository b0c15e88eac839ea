#include "engine.hpp"

#include <signal.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#include <climits>
#include <cstdlib>
#include <new>

#include "own_memory.hpp"
#include "real.hpp"

namespace explore {

engine* active = nullptr;

namespace {

// Of the virtual clock: well after zero, so that one can subtract.
constexpr std::uint64_t first_moment = 1'000'000'000'000;

}  // namespace

// Room for the longest executions, whatever the limit is: or the same execution would have other addresses under another one.
engine::engine(shared_outcome& answer) noexcept
    : value_seen_(static_cast<std::uint32_t*>(own_memory::map(values * sizeof(std::uint32_t)))),
      places_(static_cast<place*>(own_memory::map(places * sizeof(place)))),
      objects_(static_cast<object*>(own_memory::map(most_objects * sizeof(object)))),
      events_(static_cast<event*>(own_memory::map((shared_outcome::most_steps + 1) * sizeof(event)))),
      answer_(answer) {}

engine* engine::create(shared_outcome& answer, const char** why) noexcept {
  void* const memory = own_memory::map(sizeof(engine));
  if (memory == nullptr) {
    *why = "no memory for the explorer";
    return nullptr;
  }
  auto* const made = new (memory) engine(answer);
  if (made->value_seen_ == nullptr || made->places_ == nullptr || made->objects_ == nullptr ||
      made->events_ == nullptr || !made->shadow_.map() || !made->heap_.map_tables()) {
    *why = "no memory for the explorer's tables";
    return nullptr;
  }
  made->system_code_.find();
  return made;
}

void engine::keep_blocked_signals() noexcept {
  kernel(SYS_rt_sigprocmask, SIG_BLOCK, 0, argument(&first_blocked_), sizeof first_blocked_);
}

void engine::keep_state(std::uintptr_t stack_begin, bool by_baton) noexcept {
  by_baton_ = by_baton;
  carriers_.begin(by_baton ? &baton_ : nullptr);
  // One carrier at least: from then on libc and the C++ library know that the process has more than one thread.
  carriers_.provide(1);
  heap_.keep();
  kept_keys_ = keys_;
  kept_exit_actions_ = exit_actions_;
  copy_bytes(kept_at_exit_, at_exit_, exit_actions_ * sizeof(exit_action));
  if (!segments_.is_saved()) segments_.save();
  pthread_attr_t attributes;
  void* begin = nullptr;
  std::size_t size = 0;
  if (::pthread_getattr_np(::pthread_self(), &attributes) == 0) {
    ::pthread_attr_getstack(&attributes, &begin, &size);
    ::pthread_attr_destroy(&attributes);
    // One without a limit is said to reach down to the next mapping, which may be what libc has allocated.
    constexpr std::size_t most_of_a_stack = std::size_t{1} << 30;
    if (size > most_of_a_stack) {
      begin = static_cast<char*>(begin) + (size - most_of_a_stack);
      size = most_of_a_stack;
    }
    driver_stack_begin_ = reinterpret_cast<std::uintptr_t>(begin);
    driver_stack_end_ = stack_begin != 0 ? stack_begin : driver_stack_begin_ + size;
    const std::uintptr_t end = driver_stack_begin_ + size;
    constexpr std::size_t most = std::size_t{64} * 1024;
    if (stack_begin != 0 && end > stack_begin) {
      segments_.add(stack_begin, end - stack_begin < most ? end - stack_begin : most);
    }
  }
}

// --- An execution ---------------------------------------------------------------------------------------------------

// What libc keeps for the program, and programs look at.
void engine::reset_libc() noexcept {
  if (!used_random_) return;
  used_random_ = false;
  ::srandom(1);  // running_ is not set: this is the system's
}

void engine::reset() noexcept {
  segments_.restore();
  __libc_single_threaded = 0;  // or what was kept would have std::shared_ptr do without atomic operations
  heap_.reset();
  shadow_.forget();
  descriptors_.reset();
  signals_.put_back();
  for (unsigned i = 0; i < threads_; ++i) carriers_.reset(i);
  reset_libc();
  ++generation_;
  object_count_ = 0;
  position_ = 0;
  threads_ = 0;
  now_ = first_moment;
  history_ = 0;
  last_news_ = 0;
  kept_.reset();
  exit_actions_ = kept_exit_actions_;
  copy_bytes(at_exit_, kept_at_exit_, exit_actions_ * sizeof(exit_action));
  has_left_early_ = false;
  reuses_ = 0;
  ending_ = ending::none;
  keys_ = kept_keys_;
  object_at(1);  // the clock is object 0
  stale_reads_ = 0;
  if (!has_weak_memory_) return;
  object_at(2);  // and the order of sequentially consistent steps object 1
  weak_memory_.begin();
}

engine::ending engine::run(search& by, void (*program)(void*), void* argument) noexcept {
  search_ = &by;
  program_ = program;
  program_argument_ = argument;
  reset();
  create_thread(nullptr, nullptr);
  thread_[0].waits_at = gate::open;
  thread_[0].pending = {};
  current_ = 0;
  driver_.thread_base = carriers_.base(0);
  running_ = true;
  switch_fiber(driver_, thread_[0].place);
  if (by_baton_) baton_.gather();
  return ending_;
}

unsigned engine::create_thread(void* (*routine)(void*), void* argument) noexcept {
  if (threads_ == most_threads)
    fail(verdict::not_modelled, "more than %zu threads in one execution, counting those that have ended", most_threads);
  const unsigned number = threads_;
  if (!carriers_.provide(number)) fail(verdict::not_modelled, "the system refuses thread number %u", number);
  logical_thread& made = thread_[number];
  made.started = true;
  made.ended = made.joined = made.detached = false;
  made.stack.depth = 0;
  made.waits_at = gate::open;
  made.next_waiter = nobody;
  made.queued_at = 0;
  made.has_limit = made.was_told = made.may_wake_spuriously = false;
  made.spurious = 0;
  made.pending = {};
  made.pending.what = op::thread_start;
  made.steps = 0;
  made.steps_before = number == 0 ? 0 : self().steps_before + self().steps;
  made.order.clear();
  made.happened.clear();
  made.released.clear();
  made.to_acquire.clear();
  made.hash = mixed(number + 1);
  made.accesses = 0;
  made.clock_reads = made.read_count = made.spins = made.rests = made.yields = made.early_limits = 0;
  made.others_seen = made.last_in_vain = 0;
  made.routine = routine;
  made.argument = argument;
  made.result = nullptr;
  made.exit_actions = 0;
  if (number == 0) {
    copy_bytes(made.values, first_values_, sizeof made.values);
  } else {
    fill_bytes(made.values, 0, sizeof made.values);
  }
  if (number != 0) {
    made.order = self().order;
    made.happened = self().happened;
  }
  made.happened.of[number] = 1;
  made.blocked = number == 0 ? first_blocked_ : self().blocked;
  made.broken_pipe_waits = made.had_broken_pipe = false;
  made.handler_stack = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  made.place.thread_base = carriers_.base(number);
  prepare_fiber(made.place, heap::stack(number), stack_size, begin_fiber);
  if (by_baton_) baton_.prepare(number, made.place);
  ++threads_;
  constexpr unsigned few = 5;
  turn_ = (most_steps_ / (4 * (threads_ < few ? few : threads_))) | 1U;
  return number;
}

void engine::begin_fiber() {
  engine& in = *active;
  logical_thread& self = in.self();
  if (in.current_ == 0) {
    in.program_(in.program_argument_);
    in.run_process_exit();
    in.end_thread(nullptr);
  }
  in.make(self.pending);
  self.pending = {};
  void* const result = self.routine(self.argument);
  in.end_thread(result);
}

void engine::run_thread_exit(logical_thread& of) noexcept {
  while (of.exit_actions != 0) {
    const exit_action action = of.at_exit[--of.exit_actions];
    action.call(action.argument);
  }
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; ++round) {
    for (unsigned key = 0; key < keys_; ++key) {
      void* const value = of.values[key];
      if (value == nullptr || destroy_value_[key] == nullptr) continue;
      of.values[key] = nullptr;
      destroy_value_[key](value);
    }
  }
}

unsigned engine::create_key(void (*destroy)(void*)) noexcept {
  if (keys_ == logical_thread::most_keys) {
    fail(verdict::not_modelled, "more than %u keys of pthread_key_create", logical_thread::most_keys);
  }
  destroy_value_[keys_] = destroy;
  return first_key + keys_++;
}

void engine::end_thread(void* result) noexcept {
  logical_thread& ended = self();
  run_thread_exit(ended);
  // With the first thread the process ends, and who waits on its stack never finds out.
  if (current_ != 0) {
    expect_idle(reinterpret_cast<std::uintptr_t>(heap::stack(current_)), stack_size, "the stack of a thread ends");
    release_locks_of_stack();
  }
  operation end;
  end.what = op::thread_exit;
  end.touches(object_at(reinterpret_cast<std::uintptr_t>(&ended)), access_mode::write);
  announce(end);
  make(end);
  ended.result = result;
  ended.ended = true;
  changed(end.on[0].object);
  give_way();
  __builtin_unreachable();
}

void engine::at_process_exit(exit_action action) noexcept {
  if (exit_actions_ == most_exit_actions) {
    fail(verdict::not_modelled, "more than %u actions at the exit of the process", most_exit_actions);
  }
  at_exit_[exit_actions_++] = action;
}

void engine::run_process_exit() noexcept {
  run_thread_exit(self());
  while (exit_actions_ != 0) {
    const exit_action action = at_exit_[--exit_actions_];
    action.call(action.argument);
  }
}

void engine::end_execution(ending how) noexcept {
  ending_ = how;
  running_ = false;
  if (by_baton_) baton_.end(current_, driver_);
  switch_fiber(self().place, driver_);
  __builtin_unreachable();
}

}  // namespace explore
