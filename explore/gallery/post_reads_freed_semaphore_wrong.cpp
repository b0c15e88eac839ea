/// A semaphore whose post() counts up and only then reads the number of waiters. The waiter takes the count in
/// between and deletes the semaphore, as it may: it was the last user. post() reads freed memory.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

class semaphore {
 public:
  void post() {
    ++count_;
    if (waiters_ != 0) syscall(SYS_futex, &count_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  void wait() {
    for (;;) {
      int seen = count_;
      if (seen > 0 && count_.compare_exchange_strong(seen, seen - 1)) return;
      ++waiters_;
      syscall(SYS_futex, &count_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
      --waiters_;
    }
  }

 private:
  std::atomic<int> count_{0};
  std::atomic<int> waiters_{0};
};

int main() {
  auto* done = new semaphore;
  std::thread worker([=] { done->post(); });
  done->wait();
  delete done;
  worker.join();
}
