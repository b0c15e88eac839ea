/// A context with two threads that lets one job run at a time, on whichever thread. The next one is taken only when the
/// last one has ended, so that what is posted to it needs no lock.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex m;
std::condition_variable changed;
std::queue<void (*)()> jobs;
bool running = false;

void post(void (*job)()) {
  std::lock_guard lock(m);
  jobs.push(job);
  changed.notify_one();
}

void run_one() {
  std::unique_lock lock(m);
  changed.wait(lock, [] { return !jobs.empty() && !running; });
  void (*const job)() = jobs.front();
  jobs.pop();
  running = true;
  lock.unlock();
  job();
  lock.lock();
  running = false;
  changed.notify_one();
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
