/// An object with a mutex of its own; whoever drops the last reference under that mutex deletes the object. The word
/// itself tells unlock() whether somebody may sleep, so the exchange is the last touch of the object. The wake
/// afterwards uses its address only; should other memory be there by then, somebody is woken for nothing.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

class futex_mutex {
 public:
  void lock() {
    int seen = 0;
    if (word_.compare_exchange_strong(seen, 1)) return;
    while (word_.exchange(2) != 0) syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 2, nullptr, nullptr, 0);
  }
  void unlock() {
    if (word_.exchange(0) == 2) syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

 private:
  std::atomic<int> word_{0};  // 0 free, 1 locked, 2 locked and perhaps somebody sleeps
};

struct object {
  futex_mutex m;
  int references = 2;
};

void release(object* shared) {
  shared->m.lock();
  const bool last = --shared->references == 0;
  shared->m.unlock();
  if (last) delete shared;
}

int main() {
  auto* shared = new object;
  std::thread other(release, shared);
  release(shared);
  other.join();
}
