/// A semaphore that keeps its count and its waiters in one word. post() counts up and learns of the waiters in one
/// operation, its last touch of the semaphore; the wake afterwards uses its address only.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

class semaphore {
 public:
  void post() {
    if (word_.fetch_add(1) >= waiter) syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  void wait() {
    int seen = word_;
    while (!word_.compare_exchange_strong(seen, count(seen) > 0 ? seen - 1 : seen + waiter)) {
    }
    if (count(seen) > 0) return;
    seen += waiter;
    for (;;) {  // the word holds this waiter until it takes a count
      if (count(seen) == 0) {
        syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
        seen = word_;
      } else if (word_.compare_exchange_strong(seen, seen - 1 - waiter)) {
        return;
      }
    }
  }

 private:
  static constexpr int waiter = 0x10000;
  static int count(int word) { return word % waiter; }

  std::atomic<int> word_{0};
};

int main() {
  auto* done = new semaphore;
  std::thread worker([=] { done->post(); });
  done->wait();
  delete done;
  worker.join();
}
