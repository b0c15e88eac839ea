/// An object with a mutex of its own; whoever drops the last reference under that mutex deletes the object. unlock()
/// sets the word free and only then looks for sleepers: in between another thread can lock, drop the last reference,
/// unlock and delete, so that unlock() reads freed memory.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

class futex_mutex {
 public:
  void lock() {
    while (word_.exchange(1) != 0) {
      ++sleepers_;
      syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
      --sleepers_;
    }
  }
  void unlock() {
    word_ = 0;
    if (sleepers_ != 0) syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

 private:
  std::atomic<int> word_{0};
  std::atomic<int> sleepers_{0};
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
