/// A context runs jobs one after the other on its own thread; send() hands it a job and waits until the job is done.
/// A job sends to its own context: the thread waits for a job that only this thread could run.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex m;
std::condition_variable posted;
std::condition_variable done;
std::queue<void (*)()> jobs;
int accepted = 0;
int finished = 0;

void send(void (*job)()) {
  std::unique_lock lock(m);
  jobs.push(job);
  const int mine = ++accepted;
  posted.notify_one();
  done.wait(lock, [&] { return finished >= mine; });
}

void run_one() {
  std::unique_lock lock(m);
  posted.wait(lock, [] { return !jobs.empty(); });
  void (*const job)() = jobs.front();
  jobs.pop();
  lock.unlock();
  job();
  lock.lock();
  ++finished;
  done.notify_all();
}

int main() {
  std::thread context([] {
    run_one();
    run_one();
  });
  send([] { send([] {}); });
  context.join();
}
