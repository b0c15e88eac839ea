/// A task is handed over by one exchange that tells of it and answers whether the worker sleeps. The worker lies down by a
/// compare-exchange that fails if it has been told of a task.
#include <atomic>
#include <thread>

enum state : int { awake, sleeping, has_task };
std::atomic<int> worker_is{awake};

void hand_over() {
  if (worker_is.exchange(has_task) == sleeping) worker_is.notify_one();
}

void wait_for_task() {
  int seen = awake;
  if (worker_is.compare_exchange_strong(seen, sleeping)) worker_is.wait(sleeping);
}

int main() {
  std::thread worker(wait_for_task);
  hand_over();
  worker.join();
}
