/// A task is handed over by looking whether the worker sleeps: if it does it is resumed, if not a flag tells it that there
/// is one more. Between its look at the flag and its sleep the worker does not sleep yet, and does not look any more.
#include <atomic>
#include <thread>

std::atomic<bool> sleeps{false};
std::atomic<bool> another_task{false};
std::atomic<int> resumed{0};

void hand_over() {
  if (sleeps) {
    resumed = 1;
    resumed.notify_one();
  } else {
    another_task = true;
  }
}

void wait_for_task() {
  if (another_task) return;
  sleeps = true;
  resumed.wait(0);
}

int main() {
  std::thread worker(wait_for_task);
  hand_over();
  worker.join();
}
