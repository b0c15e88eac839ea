#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex box;
std::condition_variable arrived;
bool has_letter = false;

// Whether a letter was taken out of the box before the time was over.
bool take_letter() {
  std::unique_lock hold{box};
  if (arrived.wait_for(hold, std::chrono::seconds(10)) == std::cv_status::timeout) return false;
  has_letter = false;
  return true;
}

int main() {
  std::thread postman{[] {
    const std::lock_guard hold{box};
    has_letter = true;
    arrived.notify_one();
  }};
  const bool taken = take_letter();
  postman.join();
  assert(taken || has_letter);
  assert(!has_letter);
}
