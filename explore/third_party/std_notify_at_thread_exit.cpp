/// std::notify_all_at_thread_exit: who is woken finds the thread's own variables destroyed.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

std::mutex lock;
std::condition_variable left;
bool leaving = false;
int alive = 0;

struct counted {
  counted() { ++alive; }
  ~counted() { --alive; }
};

int main() {
  std::thread leaver([] {
    thread_local counted self;
    std::unique_lock hold(lock);
    leaving = alive == 1;
    std::notify_all_at_thread_exit(left, std::move(hold));
  });
  {
    std::unique_lock hold(lock);
    left.wait(hold, [] { return leaving; });
    assert(alive == 0);
  }
  leaver.join();
}
