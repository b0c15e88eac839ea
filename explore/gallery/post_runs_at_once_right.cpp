/// A context's post() only queues, from whichever thread it is called. So a counter may post its news with its lock
/// held: the job that asks the counter runs when the lock has been given back.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex m;
std::condition_variable posted;
std::queue<void (*)()> jobs;

void post(void (*job)()) {
  std::lock_guard lock(m);
  jobs.push(job);
  posted.notify_one();
}

void run(int count) {
  for (int i = 0; i < count; ++i) {
    std::unique_lock lock(m);
    posted.wait(lock, [] { return !jobs.empty(); });
    void (*const job)() = jobs.front();
    jobs.pop();
    lock.unlock();
    job();
  }
}

std::mutex of_counter;
int counter = 0;
int shown = 0;

void show() {
  std::lock_guard lock(of_counter);
  shown = counter;
}

void count() {
  std::lock_guard lock(of_counter);
  ++counter;
  post(show);
}

int main() {
  std::thread context([] { run(2); });
  post(count);
  context.join();
}
