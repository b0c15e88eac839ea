/// A context's post() runs the job at once if it is called on the context's own thread. A counter posts its news with
/// its lock held, as it takes post() for something that only queues; the job asks the counter, and so for that lock.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex m;
std::condition_variable posted;
std::queue<void (*)()> jobs;
std::thread::id owner;

void post(void (*job)()) {
  std::unique_lock lock(m);
  if (owner == std::this_thread::get_id()) {
    lock.unlock();
    job();
    return;
  }
  jobs.push(job);
  posted.notify_one();
}

void run(int count) {
  for (int i = 0; i < count; ++i) {
    std::unique_lock lock(m);
    owner = std::this_thread::get_id();
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
