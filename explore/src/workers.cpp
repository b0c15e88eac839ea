#include "workers.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "cores.hpp"
#include "real.hpp"
#include "search_sampling.hpp"

namespace explore {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;

// A search that ends sooner has one worker: it takes no longer, and always finds the same failure first.
constexpr std::uint64_t alone_for = 1'000;

/// What workers share, all zero at first; only what they use of it is had. It has the same size for any number of workers, and
/// for a replay: where the system puts what is mapped afterwards is part of an execution's history.
class team_memory {
 public:
  static constexpr std::size_t page = 4096;
  struct alignas(page) whole_pages {
    shared_outcome outcome;
  };
  struct contents {
    shared_work work;
    whole_pages of_others[most_workers - 1];
  };

  team_memory()
      : at_(::mmap(nullptr, sizeof(contents), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                   0)) {
    if (at_ != MAP_FAILED) return;
    throw std::system_error(errno, std::generic_category(), "explore: no memory to share with the exploring processes");
  }
  team_memory(const team_memory&) = delete;
  team_memory& operator=(const team_memory&) = delete;
  ~team_memory() { ::munmap(at_, sizeof(contents)); }
  contents* operator->() const noexcept { return static_cast<contents*>(at_); }

 private:
  void* at_;
};

struct worker {
  shared_outcome* answer = nullptr;
  pid_t process = 0;  // 0: it has ended, or was not begun
  long descriptor = -1;
  std::uint64_t steps = 0;  // when it was seen to make progress, and how far it was
  std::uint64_t since = 0;
};

/// The workers of one task. No memory is had after the first of them has begun: then all have the same addresses, or the same
/// execution would have another history in each.
class team {
 public:
  team(const task& what, shared_outcome& answer, const team_memory& memory) noexcept
      : what_(what), count_(what.workers) {
    worker_[0].answer = &answer;
    for (unsigned i = 1; i < count_; ++i) worker_[i].answer = &memory->of_others[i - 1].outcome;
  }
  team(const team&) = delete;
  team& operator=(const team&) = delete;
  ~team() { end(); }

  void begin_first() {
    if (!begin(0)) throw_no_process();
  }
  /// Without `needs_all`, as many as processes can be had for.
  void begin_others(bool needs_all);
  bool have_all_begun() const noexcept { return begun_ == count_; }
  bool is_at_work() const noexcept;
  void wait_a_while() const noexcept;
  /// Looks after all of them. True: one has failed that had not when this was called last.
  bool look();
  /// Ends those that still run.
  void end() noexcept;
  /// The worker whose failure is told: that with the lowest number of its execution.
  const worker* failed() const noexcept;
  void add_up() noexcept;

 private:
  [[noreturn]] static void throw_no_process() {
    throw std::system_error(errno, std::generic_category(), "explore: no process for the exploration");
  }
  bool begin(unsigned number) noexcept;
  [[noreturn]] void run(unsigned number, long parent) noexcept;
  void judge(worker& who, int status, bool hangs) noexcept;
  void gone(worker& who) noexcept {
    kernel(SYS_close, who.descriptor);
    who.process = 0;
  }

  const task& what_;
  unsigned count_;
  unsigned begun_ = 0;
  worker worker_[most_workers];
};

bool team::begin(unsigned number) noexcept {
  worker& who = worker_[number];
  const long parent = kernel(SYS_getpid);
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) run(number, parent);
  who.process = child;
  who.descriptor = kernel(SYS_pidfd_open, child);
  who.since = real_time();
  ++begun_;
  return true;
}

void team::begin_others(bool needs_all) {
  while (begun_ < count_) {
    if (begin(begun_)) continue;
    if (needs_all) throw_no_process();
    count_ = begun_;
  }
}

// In the child, which ends with its parent, or workers would wait for each other without end. It writes to its own outcome at
// the address at which its engine, which was there before, knows the first one; and a place that is free in one worker and not
// in another would tell their addresses apart.
void team::run(unsigned number, long parent) noexcept {
  kernel(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (kernel(SYS_getppid) != parent) kernel(SYS_exit_group, 1);  // it has ended before
  for (const worker& other : worker_) {
    if (other.process != 0) kernel(SYS_close, other.descriptor);
  }
  shared_outcome* const answer = worker_[0].answer;
  if (number != 0) {
    constexpr long size = sizeof(team_memory::whole_pages);
    const long mine = argument(worker_[number].answer);
    const long moved = kernel(SYS_mremap, mine, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, argument(answer));
    const long left =
        kernel(SYS_mmap, mine, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (moved != argument(answer) || left != mine) kernel(SYS_exit_group, 1);  // or it would write to another's outcome
  }
  task part = what_;
  part.worker = number;
  run_child(part, *answer);
}

bool team::is_at_work() const noexcept {
  for (const worker& who : worker_) {
    if (who.process != 0) return true;
  }
  return false;
}

// Until one ends, but not for longer than the watch needs to see whether there is progress.
void team::wait_a_while() const noexcept {
  pollfd ends[most_workers];
  unsigned count = 0;
  for (const worker& who : worker_) {
    if (who.process != 0) ends[count++] = {.fd = static_cast<int>(who.descriptor), .events = POLLIN, .revents = 0};
  }
  const timespec how_long{.tv_sec = 0, .tv_nsec = 50 * static_cast<long>(millisecond)};
  kernel(SYS_ppoll, argument(ends), count, argument(&how_long));
}

bool team::look() {
  bool has_failed = false;
  for (worker& who : worker_) {
    if (who.process == 0) continue;
    int status = 0;
    if (kernel(SYS_wait4, who.process, argument(&status), WNOHANG) == who.process) {
      gone(who);
      judge(who, status, false);
      has_failed |= who.answer->has_verdict;
      continue;
    }
    const std::uint64_t now = real_time();
    const std::uint64_t seen = who.answer->steps.load(std::memory_order_relaxed);
    if (seen != who.steps || who.answer->is_idle.load(std::memory_order_relaxed)) {
      who.steps = seen;
      who.since = now;
    } else if (now - who.since > static_cast<std::uint64_t>(what_.how->watchdog.count()) * millisecond) {
      kernel(SYS_kill, who.process, SIGKILL);
      kernel(SYS_wait4, who.process, argument(&status), 0);
      gone(who);
      judge(who, status, true);
      has_failed = true;
    }
  }
  return has_failed;
}

void team::judge(worker& who, int status, bool hangs) noexcept {
  shared_outcome& answer = *who.answer;
  if (answer.has_verdict || (!hangs && !WIFSIGNALED(status) && answer.is_over)) return;
  answer.has_verdict = true;
  answer.trace.where.frames[0] = answer.last_pc;
  answer.trace.where.depth = 1;
  char* const message = answer.trace.message;
  if (hangs) {
    answer.kind = verdict::no_progress;
    // Not for how long: whoever runs a failure again, to record or to shrink it, has less patience than who found it.
    std::snprintf(message, sizeof answer.trace.message,
                  "a thread ran for long without a step: a loop that looks at no shared memory, or a call that blocks; "
                  "its last step was here");
  } else if (!WIFSIGNALED(status)) {
    answer.kind = verdict::not_modelled;
    std::snprintf(message, sizeof answer.trace.message,
                  "the program ended its process past every function that the explorer knows, or became another one");
  } else {
    answer.kind = verdict::died_by_signal;
    std::snprintf(message, sizeof answer.trace.message, "the exploring process was ended by signal %d",
                  WTERMSIG(status));
  }
}

void team::end() noexcept {
  for (worker& who : worker_) {
    if (who.process == 0) continue;
    int status = 0;
    kernel(SYS_kill, who.process, SIGKILL);
    kernel(SYS_wait4, who.process, argument(&status), 0);
    gone(who);
  }
}

const worker* team::failed() const noexcept {
  const worker* first = nullptr;
  for (unsigned i = 0; i < count_; ++i) {
    const worker& who = worker_[i];
    if (who.answer->has_verdict && (first == nullptr || who.answer->number < first->answer->number)) first = &who;
  }
  return first;
}

void team::add_up() noexcept {
  shared_outcome& sum = *worker_[0].answer;
  const worker* const told = failed();
  if (told != nullptr && told != &worker_[0]) {
    const shared_outcome& found = *told->answer;
    sum.has_verdict = true;
    sum.kind = found.kind;
    sum.choice_count = found.choice_count;
    std::memcpy(sum.choices, found.choices, found.choice_count * sizeof *found.choices);
    sum.failed_thread = found.failed_thread;
    sum.watched_thread = found.watched_thread;
    sum.watched_access = found.watched_access;
    sum.last_pc = found.last_pc;
    std::memcpy(&sum.trace, &found.trace, sizeof sum.trace);
  }
  sum.workers = sum.executions + sum.dropped != 0 ? 1 : 0;
  for (unsigned i = 1; i < begun_; ++i) {
    const shared_outcome& part = *worker_[i].answer;
    if (part.executions + part.dropped != 0) ++sum.workers;
    sum.executions += part.executions;
    sum.dropped += part.dropped;
    sum.cut_off += part.cut_off;
    sum.orders += part.orders;
    sum.digest += part.digest;
    sum.is_complete &= part.is_complete;
    sum.limited_time_outs |= part.limited_time_outs;
    sum.skipped_reads |= part.skipped_reads;
    sum.limited_stale_reads |= part.limited_stale_reads;
    sum.limited_messages |= part.limited_messages;
    sum.limited_reuses |= part.limited_reuses;
    sum.limited_wake_ups |= part.limited_wake_ups;
    sum.lost_track |= part.lost_track;
    sum.out_of_budget |= part.out_of_budget;
    sum.has_exited |= part.has_exited;
    sum.reached |= part.reached;
  }
}

bool is_search(const task& what) { return !what.is_replay && !what.is_scheduled && what.candidates == nullptr; }

unsigned workers_for(const task& what) {
  if (!is_search(what) || what.search == strategy::bounded) return 1;
  const unsigned wanted = what.how->jobs != 0 ? what.how->jobs : cores();
  return wanted < most_workers ? wanted : most_workers;
}

}  // namespace

void run_task(const task& given, shared_outcome& answer) {
  task what = given;
  what.workers = workers_for(what);
  const bool is_drawn = is_search(what) && is_sampling(what.search);
  // For tests of what workers do together: small programs, too, have several.
  what.begin_together = std::getenv("QUIESCE_EXPLORE_TOGETHER") != nullptr;
  const team_memory memory;
  what.work = &memory->work;
  what.work->first_failed = shared_work::none;
  what.work->end = real_time() + static_cast<std::uint64_t>(what.how->time.count()) * millisecond;
  what.work->tree.prepare();
  std::fflush(nullptr);  // or a child would print it, too
  team all(what, answer, memory);
  all.begin_first();
  // Those who draw divide the numbers by how many they are.
  if (is_drawn || what.begin_together) all.begin_others(true);
  while (all.is_at_work()) {
    all.wait_a_while();
    if (all.look()) {
      if (!is_drawn) break;
      // The lowest number is told, always the same one: so the others go on up to it.
      what.work->first_failed = all.failed()->answer->number;
    }
    if (!all.have_all_begun() && all.is_at_work() && what.work->runs.load(std::memory_order_relaxed) >= alone_for) {
      all.begin_others(false);
    }
  }
  all.end();
  all.add_up();
}

}  // namespace explore
