/// A token is handed to a thread that waits for it with a limit. The limit passes; before the thread holds the mutex
/// again, the giver still finds it waiting and hands over; the thread reports a time-out, and the token is gone.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable given;
bool waiting = false;
bool handed_over = false;
int stored = 0;

void give() {
  std::lock_guard lock(m);
  if (waiting) {
    waiting = false;
    handed_over = true;
    given.notify_one();
  } else {
    ++stored;
  }
}

bool take_for(std::chrono::milliseconds limit) {
  std::unique_lock lock(m);
  if (stored > 0) {
    --stored;
    return true;
  }
  waiting = true;
  while (!handed_over) {
    if (given.wait_for(lock, limit) == std::cv_status::timeout) {
      waiting = false;
      return false;
    }
  }
  return true;
}

int main() {
  std::thread giver(give);
  const bool taken = take_for(std::chrono::milliseconds(1));
  giver.join();
  assert(taken || stored == 1);
}
