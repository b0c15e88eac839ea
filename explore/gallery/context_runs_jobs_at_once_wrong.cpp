/// A context with two threads. What is posted to it takes for granted, as on a context with one thread, that no other
/// job runs meanwhile: a progress bar has no lock, and two jobs move it at the same time.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex m;
std::condition_variable changed;
std::queue<void (*)()> jobs;

void post(void (*job)()) {
  std::lock_guard lock(m);
  jobs.push(job);
  changed.notify_one();
}

void run_one() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return !jobs.empty(); });
  void (*const job)() = jobs.front();
  jobs.pop();
  lock.unlock();
  job();
}

int progress = 0;

int main() {
  std::thread first(run_one);
  std::thread second(run_one);
  post([] { ++progress; });
  post([] { ++progress; });
  first.join();
  second.join();
  assert(progress == 2);
}
