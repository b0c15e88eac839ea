/// One process that runs a program again and again: its logical threads, the steps that they make, and what is wrong.
///
/// A logical thread runs on a fiber until it comes to its next step. There it announces the step, asks the search who goes on,
/// and switches; so between two steps of one thread every other thread may make any number. Plain accesses to memory are no
/// steps: they are checked for races instead, and in a program without races nobody could see where they stand.
///
/// All state lives in mapped memory, reached through one pointer, since the program's own memory is put back before each
/// execution. No code here allocates, locks or calls what is taken over.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "carriers.hpp"
#include "descriptors.hpp"
#include "explore/explore.hpp"
#include "fiber.hpp"
#include "heap.hpp"
#include "kept_threads.hpp"
#include "logical_thread.hpp"
#include "modules.hpp"
#include "search.hpp"
#include "shadow.hpp"
#include "shared_outcome.hpp"
#include "signal_actions.hpp"
#include "step.hpp"
#include "weak_memory.hpp"

namespace explore {

class engine {
 public:
  static constexpr std::uint32_t most_objects = 1 << 14;
  static constexpr unsigned most_early_limits = 3;
  /// How often a thread may look again, at the same place, at what has not changed, before it counts as spinning. Each look is
  /// a step, so that a loop with a bound is explored as it stands.
  static constexpr unsigned most_repeats = 2;
  static constexpr unsigned most_spins = 256;
  static constexpr unsigned most_yields = 6;
  static constexpr unsigned most_rests = 100;

  /// Makes the one engine of this process. Null: no memory, and `*why` says for what.
  static engine* create(shared_outcome& answer, const char** why) noexcept;

  /// Remembers the program's global variables as they are now, before more of the explorer runs in this process: a program may
  /// have its own operator new, which the explorer uses like anybody.
  void keep_globals() noexcept { segments_.save(); }
  // What is hardly ever written of them is put back only if it was: see saved_segments.
  void guard_globals() noexcept { segments_.guard(); }
  bool let_write(std::uintptr_t address) noexcept { return segments_.let_write(address); }
  void guard_no_globals() noexcept { segments_.guard_no_longer(); }
  bool has_kept_all() const noexcept { return segments_.is_complete(); }
  void keep_blocked_signals() noexcept;
  /// Remembers the state from which each execution begins. `stack_begin`: the lowest address of the caller's stack that is
  /// put back, or zero. `by_baton`: each logical thread on an OS thread of its own.
  void keep_state(std::uintptr_t stack_begin, bool by_baton) noexcept;

  /// over: no thread can go on, as all have ended or wait; exited: another thread than the first one ended the process.
  enum class ending : std::uint8_t { none, over, exited, dropped, cut_off, lost };
  /// Runs the program once.
  ending run(search& by, void (*program)(void*), void* argument) noexcept;
  /// Says what is wrong with the way in which an execution ended, if anything is.
  void conclude(ending how) noexcept;

  // --- For the hooks, on the fiber of the running thread -------------------------------------------------------------

  bool is_running() const noexcept { return running_; }
  bool is_recording() const noexcept { return recording_; }
  /// What the running thread does from here on, until the explorer looks again, is not the program's.
  void look_away() noexcept {
    running_ = false;
    looks_away_ = true;
  }
  void look_again() noexcept {
    running_ = true;
    looks_away_ = false;
  }
  bool is_in_execution() const noexcept { return running_ || looks_away_; }
  void record(std::uint8_t watched_thread, std::uint32_t watched_access) noexcept;
  /// Stops in a debugger before that step is made; or, if it is the one behind the last, where the failure is seen. Then the
  /// process does not end as if all were well.
  void stop_before(std::uint32_t step) noexcept {
    stop_at_ = step;
    status_ = 1;
  }

  unsigned current() const noexcept { return current_; }
  logical_thread& self() noexcept { return thread_[current_]; }
  logical_thread& thread(unsigned number) noexcept { return thread_[number]; }
  carriers& blocks() noexcept { return carriers_; }
  heap& memory() noexcept { return heap_; }
  descriptor_table& descriptors() noexcept { return descriptors_; }
  const system_code& system() const noexcept { return system_code_; }

  std::uint32_t object_at(std::uintptr_t key) noexcept;
  object& at(std::uint32_t number) noexcept { return objects_[number]; }
  const object& at(std::uint32_t number) const noexcept { return objects_[number]; }

  /// Announces the step that the running thread is about to make, and returns when it is its turn.
  void announce(const operation& next, gate needs = gate::open, std::uint32_t gate_object = 0,
                unsigned gate_thread = nobody) noexcept;
  /// The same for a step that is also possible when time has passed, whether its gate is open or not.
  void announce_until(const operation& next, gate needs, std::uint32_t gate_object, std::uint64_t limit) noexcept;
  /// The same for a wait without a limit, which may end for no reason if the options want that.
  void announce_wait(const operation& next, std::uint32_t gate_object) noexcept;
  /// At most shared_outcome::most_steps.
  void limit_steps(std::uint32_t of_an_execution) noexcept { most_steps_ = of_an_execution; }
  void allow_spurious_wake_ups(std::uint32_t of_each_thread) noexcept { most_spurious_ = of_each_thread; }
  /// Counts the step that the running thread makes now. The answer can be filled in if it is recorded, and is never null.
  traced_event* make(const operation& done) noexcept;
  /// Lets others go on; the running thread goes on when its gate is open and the search wants it.
  void give_way() noexcept;
  /// Announces a step that reads `object`, unless the thread has read it at this place before, and nothing that it could see
  /// has changed since: then it spins, and false says that this is no step. A thread that spins for long rests.
  bool announce_read(const operation& next, std::uint32_t object) noexcept;
  /// Remembers that the thread has read what there is now.
  void saw(std::uintptr_t pc, std::uint32_t object) noexcept;
  void yields(std::uintptr_t pc) noexcept;
  /// A step that has an outcome for each number below `of`.
  unsigned choose_value(unsigned of, std::uintptr_t pc) noexcept;
  /// After a step that wrote a value: one that the object has not held before is news, and a sign of progress.
  void wrote(std::uint32_t object, std::uint64_t value) noexcept;
  /// After a step by which others may see a change.
  void changed(std::uint32_t object) noexcept {
    ++objects_[object].version;
    acts();
  }
  void acts() noexcept {
    self().read_count = 0;
    self().spins = self().rests = 0;
  }

  /// Opens the gate of a thread that waits to be told.
  void tell(unsigned thread, gate next, std::uint32_t gate_object) noexcept;
  void enqueue(std::uint32_t object, unsigned thread) noexcept;
  bool dequeue(std::uint32_t object, unsigned thread) noexcept;

  // Weak memory: for the steps of atomic words, each of which touches its word first
  /// False: no memory for it.
  bool use_weak_memory(std::uint32_t stale_reads) noexcept;
  bool has_weak_memory() const noexcept { return has_weak_memory_; }
  /// For a sequentially consistent step that is about to be announced.
  void join_order(operation& next, bool may_be_load) noexcept;
  struct reading {
    std::uint64_t value;
    const vector_clock& release;  // what the message was released with
  };
  /// The message that a load reads, `value` being the newest one; before the step is made.
  reading read(operation& step, std::uint64_t value) noexcept {
    if (has_weak_memory_) return read_message(step, value);
    return {.value = value, .release = objects_[step.on[0].object].sync};
  }
  /// The same for a step that looks at the newest one and at no other.
  void read_newest(operation& step, std::uint64_t value) noexcept {
    if (has_weak_memory_) read_newest_message(step, value);
  }
  /// Before `after` takes the place of `before`, and before anything is released to the word.
  void write(const operation& step, std::uint64_t before, std::uint64_t after) noexcept {
    if (has_weak_memory_) write_message(step, before, after);
  }
  /// A sequentially consistent fence; what it acquires and releases is the caller's business.
  void order_fence(std::uintptr_t pc) noexcept;

  // Happens-before
  void release_to(vector_clock& sync) noexcept;
  void acquire_from(const vector_clock& sync) noexcept { self().happened.join(sync); }

  /// Checks an access to memory for races and for memory that was given back.
  void touch_memory(std::uintptr_t address, std::size_t size, touch how, op what) noexcept;
  [[noreturn]] void give_back_again(std::uintptr_t address, std::size_t size, std::uint32_t block) noexcept;

  // Threads
  unsigned create_thread(void* (*routine)(void*), void* argument) noexcept;
  unsigned threads() const noexcept { return threads_; }

  std::uint64_t now() const noexcept { return now_; }
  /// After a step of the running thread.
  void pass_time(std::uint64_t until) noexcept {
    if (until <= now_) return;
    now_ = until;
    ++objects_[clock_object].version;
  }
  static constexpr std::uint32_t clock_object = 0;
  static constexpr std::uint32_t order_object = 1;  // of sequentially consistent steps, with weak memory

  // Values of its own for each thread (pthread_key_create)
  static constexpr unsigned first_key = 4096;  // those below are the system's
  unsigned create_key(void (*destroy)(void*)) noexcept;
  void*& value_of(unsigned key) noexcept {
    return running_ ? self().values[key - first_key] : first_values_[key - first_key];
  }

  void uses_random() noexcept { used_random_ = true; }

  /// Ends this process with a verdict.
  [[noreturn]] void fail(verdict kind, const char* format, ...) noexcept __attribute__((format(printf, 3, 4)));
  /// The calls that led to `pc`, where a hook was called.
  void note_stack(call_stack& to, std::uintptr_t pc) noexcept;
  // The heap of the program
  void report_leaks(bool wanted) noexcept { reports_leaks_ = wanted; }
  void allow_reuse(std::uint32_t most) noexcept { most_reuses_ = most; }
  /// Null: so much is refused on any machine, or the heap is full before an execution; in one that is a verdict. A step, if
  /// freed memory may be handed out again.
  void* allocate(std::size_t size, std::size_t alignment, std::uintptr_t pc) noexcept;
  /// Before a block is given back: a step, if it may be handed out again.
  void announce_free(heap::block& given, std::uintptr_t pc) noexcept;
  void give_back(heap::block& given) noexcept;
  /// Whether it lies in a variable, a stack or a file that is loaded, so that no malloc() can have returned it.
  bool is_no_allocation(std::uintptr_t address) noexcept;
  [[noreturn]] void refuse_free(const void* memory, std::uintptr_t pc) noexcept;
  /// Memory that ends must have no lock in it that is held, and nothing on which another thread waits.
  void expect_idle(std::uintptr_t address, std::size_t size, const char* what_happens) noexcept;
  /// The running thread's stack ends: an unordered use of a lock in it by another thread might as well come after that.
  void release_locks_of_stack() noexcept;
  /// A thread that waits on an object, or nobody.
  unsigned waiter_at(std::uint32_t object) const noexcept;
  /// Says what the program has left on the heap and can no longer find, when an execution has come to its end.
  void look_for_leaks() noexcept;
  void reach_from_elsewhere() noexcept;
  unsigned lost_thread() const noexcept;
  /// exit() leaves the variables of the functions from which it is called as they are, and with them what they own.
  void leaves_early() noexcept { has_left_early_ = true; }
  void note_block(void* memory, std::size_t size, std::uintptr_t pc) noexcept;
  bool has_room_for_exit_action() const noexcept { return exit_actions_ != most_exit_actions; }
  void at_process_exit(exit_action action) noexcept;
  void run_process_exit() noexcept;
  /// The main thread has ended, or called exit: other threads go on to their ends.
  [[noreturn]] void end_thread(void* result) noexcept;

  // --- For the searches ----------------------------------------------------------------------------------------------

  std::uint32_t position() const noexcept { return position_; }
  const event& made(std::uint32_t position) const noexcept { return events_[position]; }
  const operation& pending(unsigned thread) const noexcept { return thread_[thread].pending; }
  const vector_clock& order_before() const noexcept { return order_before_; }
  const vector_clock& order_of(unsigned thread) const noexcept { return thread_[thread].order; }
  /// The gate before the pending step of a thread, or before the step that it makes just now.
  gate gate_of(unsigned thread) const noexcept { return thread_[thread].waits_at; }
  bool has_ended(unsigned thread) const noexcept { return thread_[thread].ended; }
  /// Whether a thread that cannot go on at some choice may just be waiting for what comes later.
  bool waits_by_nature(unsigned thread) const noexcept {
    const gate waits = thread_[thread].waits_at;
    return waits == gate::changed || waits == gate::counted || waits == gate::ready || waits == gate::ended;
  }
  signal_actions& signals() noexcept { return signals_; }
  void mark_reached(unsigned state) noexcept { answer_.reached |= std::uint64_t{1} << state; }
  std::uint64_t history() const noexcept { return history_; }
  /// exit() in another thread than the first: nothing comes after it, in this execution.
  [[noreturn]] void exit_process() noexcept {
    has_exited_ = true;
    end_execution(ending::exited);
  }
  bool has_exited() const noexcept { return has_exited_; }
  bool skipped_reads() const noexcept { return skipped_reads_; }
  bool limited_stale_reads() const noexcept { return limited_stale_reads_; }
  bool limited_messages() const noexcept { return limited_messages_; }
  bool limited_reuses() const noexcept { return limited_reuses_; }
  bool limited_wake_ups() const noexcept { return limited_wake_ups_; }
  bool has_lost_track() const noexcept { return shadow_.has_lost_track(); }
  bool took_every_time_out() const noexcept { return !limited_time_outs_; }

 private:
  explicit engine(shared_outcome& answer) noexcept;
  void reset() noexcept;
  void reset_libc() noexcept;
  /// Not noexcept: an exception that nobody catches finds the end of the stack, and the stack is still there to be told.
  static void begin_fiber();
  bool is_open(const logical_thread& of) const noexcept;
  bool has_changed(const logical_thread& spinner) const noexcept;
  void rest(const operation& next) noexcept;
  onlooker onlooker_of(const operation& step) noexcept;
  message& look_at_newest(operation& step, std::uint64_t value) noexcept;
  bool must_see_newest(const operation& step) const noexcept;
  unsigned choose_message(const operation& step, unsigned readable) noexcept;
  reading read_message(operation& step, std::uint64_t value) noexcept;
  void read_newest_message(operation& step, std::uint64_t value) noexcept;
  void write_message(const operation& step, std::uint64_t before, std::uint64_t after) noexcept;
  void note_pick(unsigned picked) noexcept;
  void release(std::uintptr_t address, std::size_t size) noexcept;
  void release_memory(std::uintptr_t address, std::size_t size) noexcept;
  void refuse_memory(std::size_t size, std::uintptr_t pc) noexcept;
  void forget_objects(std::uintptr_t address, std::size_t size) noexcept;
  void give_up_spinning(const char* why) noexcept;
  /// After turn_ of its own steps, and so on, a thread gives way by default to one that can go on without waiting for time;
  /// and for some steps more, as a loop may hold just then what the others wait for. All of this follows from how many steps
  /// each thread has made: executions with the same history go on alike.
  bool has_had_its_turn() const noexcept;
  unsigned who_is_behind(std::uint32_t among) const noexcept;
  unsigned default_choice(std::uint32_t enabled, std::uint32_t by_time) const noexcept;
  void collect(std::uint32_t& enabled, std::uint32_t& by_time) noexcept;
  void stop_if_wanted() noexcept {
    if (position_ == stop_at_) [[unlikely]] {
      asm volatile("int3");
    }
  }
  [[noreturn]] void end_execution(ending how) noexcept;
  void judge_stuck() noexcept;
  bool is_in_cycle(unsigned thread) const noexcept;
  void note_threads() noexcept;
  void note_access(traced_access& to, std::uintptr_t address, std::size_t size, op what) noexcept;
  touched next_touch(touch how, std::uintptr_t address, std::size_t size, op what) noexcept;
  void note_accesses(const touched& earlier, std::uintptr_t address, std::size_t size, op what) noexcept;
  void race(const touched& earlier, std::uintptr_t address, std::size_t size, op what) noexcept;
  void run_thread_exit(logical_thread& of) noexcept;

  bool running_ = false;
  bool looks_away_ = false;
  bool recording_ = false;
  bool limited_time_outs_ = false;
  bool has_exited_ = false;
  bool used_random_ = true;
  bool skipped_reads_ = false;
  bool has_weak_memory_ = false;
  bool limited_stale_reads_ = false;
  bool limited_messages_ = false;
  bool limited_reuses_ = false;
  bool limited_wake_ups_ = false;
  bool reports_leaks_ = false;
  bool has_left_early_ = false;
  std::uint8_t watched_thread_ = nobody;
  std::uint32_t watched_access_ = 0;
  unsigned current_ = 0;
  unsigned threads_ = 0;
  std::uint32_t position_ = 0;
  std::uint32_t stop_at_ = no_position;
  int status_ = 0;  // of the process, after a failure
  std::uint32_t most_spurious_ = 0;
  std::uint32_t most_stale_reads_ = 0;
  std::uint32_t stale_reads_ = 0;
  std::uint32_t last_stale_read_ = 0;  // its position, if there was one
  std::uint32_t most_reuses_ = 0;
  std::uint32_t reuses_ = 0;
  std::uint32_t most_steps_ = shared_outcome::most_steps;
  std::uint32_t turn_ = 1;  // shorter if there are many threads
  kept_threads kept_;       // in the second half of an execution
  std::uint64_t now_ = 0;
  std::uint64_t history_ = 0;
  ending ending_ = ending::none;
  search* search_ = nullptr;
  vector_clock order_before_;
  fiber driver_;
  void (*program_)(void*) = nullptr;
  void* program_argument_ = nullptr;

  std::uint32_t last_news_ = 0;
  static constexpr std::size_t values = 1 << 14;
  std::uint32_t* value_seen_;  // the generation in which a value was written, by a hash of it and of its object

  struct place {
    std::uintptr_t key;
    std::uint32_t generation;
    std::uint32_t object;
  };
  static constexpr std::uint32_t places = most_objects * 2;
  std::uint32_t generation_ = 0;
  std::uint32_t object_count_ = 0;
  place* places_;
  object* objects_;
  event* events_;
  traced_event unrecorded_;  // not a global variable, in which a leak could be found to be pointed to
  shared_outcome& answer_;
  unsigned exit_actions_ = 0;
  static constexpr unsigned most_exit_actions = 512;
  exit_action at_exit_[most_exit_actions];
  unsigned kept_exit_actions_ = 0;  // of objects that were there before the first execution
  exit_action kept_at_exit_[most_exit_actions];
  unsigned keys_ = 0;
  unsigned kept_keys_ = 0;  // from before the first execution
  void* first_values_[logical_thread::most_keys] = {};
  void (*destroy_value_[logical_thread::most_keys])(void*);

  void switch_to(unsigned next) noexcept;

  bool by_baton_ = false;
  baton baton_;
  carriers carriers_;
  heap heap_;
  shadow shadow_;
  saved_segments segments_;
  signal_actions signals_;
  std::uint64_t first_blocked_ = 0;  // signals, when an execution begins
  // The part of the calling thread's stack that is the explorer's.
  std::uintptr_t driver_stack_begin_ = 0;
  std::uintptr_t driver_stack_end_ = 0;
  system_code system_code_;
  descriptor_table descriptors_;
  weak_memory weak_memory_;
  logical_thread thread_[most_threads];
};

/// The engine of this process; null in every process but one that explores.
extern engine* active;

/// Whether the caller is code under test, in an execution.
inline bool is_explored() noexcept { return active != nullptr && active->is_running(); }

}  // namespace explore
