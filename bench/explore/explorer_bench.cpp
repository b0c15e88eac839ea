/// Executions in a second of processor time, beside Relacy in the same run on one core. In these programs main() is one of the threads.
///
/// Sampled: a random walk. Reduced: the exhaustive search of a longer program, since the short one ends after a few.
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>

#include "explore/explore.hpp"
#include "relacy_programs.hpp"

namespace {

using explore::strategy;

// Plain threads: std::thread allocates, which is no part of what is compared.
template <unsigned Threads, class Thread>
void run_threads(Thread& thread) {
  struct one {
    Thread* run;
    unsigned number;
  };
  std::array<one, Threads> all;
  std::array<pthread_t, Threads> ids;
  const auto begin = [](void* given) -> void* {
    const one& own = *static_cast<one*>(given);
    (*own.run)(own.number);
    return nullptr;
  };
  for (unsigned i = 1; i < Threads; ++i) {
    all[i] = {&thread, i};
    ::pthread_create(&ids[i], nullptr, begin, &all[i]);
  }
  thread(0U);
  for (unsigned i = 1; i < Threads; ++i) ::pthread_join(ids[i], nullptr);
}

template <unsigned Rounds>
void store_buffering() {
  std::atomic<int> words[Rounds][2] = {};
  auto thread = [&](unsigned number) {
    for (auto& word : words) {
      word[number] = 1;
      static_cast<void>(word[1 - number].load());
    }
  };
  run_threads<2>(thread);
}

template <unsigned Rounds>
void three_at_a_mutex() {
  std::mutex lock;
  int count = 0;
  auto thread = [&](unsigned) {
    for (unsigned i = 0; i < Rounds; ++i) {
      const std::lock_guard holds(lock);
      ++count;
    }
  };
  run_threads<3>(thread);
}

double seconds_of_children() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double rate(const std::function<void()>& program, strategy by) {
  explore::options how;
  how.search = by;
  how.time = std::chrono::milliseconds(2'000);
  how.executions = 100'000'000;
  const double before = seconds_of_children();
  const explore::report found = explore::check(program, how);
  if (!found.passed()) std::fputs(found.text.c_str(), stderr);
  return static_cast<double>(found.executions) / (seconds_of_children() - before);
}

void show(const char* what, double rate, double relacy) {
  std::printf("%-52s %10.0f executions/s  %5.2f of Relacy\n", what, rate, rate / relacy);
  std::fflush(stdout);
}

}  // namespace

int main() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
  ::sched_setaffinity(0, sizeof one, &one);

  const double relacy_buffering = bench::relacy_store_buffering(2'000'000);
  show("store buffering, 2 threads, Relacy, random", relacy_buffering, relacy_buffering);
  show("store buffering, 2 threads, sampled", rate(store_buffering<1>, strategy::random), relacy_buffering);
  show("store buffering nine times, 2 threads, reduced", rate(store_buffering<9>, strategy::exhaustive),
       relacy_buffering);
  const double relacy_mutex = bench::relacy_three_at_a_mutex(1'000'000);
  show("a mutex, 3 threads, Relacy, random", relacy_mutex, relacy_mutex);
  show("a mutex, 3 threads, sampled", rate(three_at_a_mutex<1>, strategy::random), relacy_mutex);
  show("a mutex four times, 3 threads, reduced", rate(three_at_a_mutex<4>, strategy::exhaustive), relacy_mutex);
  return 0;
}
