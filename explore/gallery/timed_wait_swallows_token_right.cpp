/// A token is handed to a thread that waits for it with a limit. However the thread was woken, it looks for the token
/// first: if both have happened, the token counts and not the time-out.
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
  if (given.wait_for(lock, limit, [] { return handed_over; })) return true;
  waiting = false;
  return false;
}

int main() {
  std::thread giver(give);
  const bool taken = take_for(std::chrono::milliseconds(1));
  giver.join();
  assert(taken || stored == 1);
}
