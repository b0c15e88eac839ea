/// The condition variable of glibc 2.25 to 2.40 in small, with the position of a group's first member beside the signals in
/// its slot. A waiter takes a signal by a compare-exchange of both, so never one of a later group; and if it finds a later
/// group there, its own has had all its signals. So nothing is put back, and nobody has to wait until a slot is left.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <mutex>
#include <thread>

class condition {
 public:
  // A wait is to join, to unlock the mutex, to sleep, and to lock it. Here these are apart, so that one thread can stand
  // for several that have joined and do not sleep yet. A ticket is a position and, in its last bit, the group's slot.
  unsigned join() { return tickets_.fetch_add(2); }
  void sleep(unsigned ticket);
  void signal();  // by one thread at a time

 private:
  using word = std::atomic<unsigned>;

  bool switch_groups(unsigned older);
  static void sleep_on(word& on, unsigned seen) {
    syscall(SYS_futex, &on, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
  }
  static void wake(word& on, int count) { syscall(SYS_futex, &on, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0); }

  word tickets_{0};        // the next one; its last bit is the newer group's slot
  word signals_[2]{0, 0};  // the group's first position, and in the last byte the signals that nobody has taken
  unsigned without_signal_[2]{0, 0};
  unsigned end_ = 0;  // the position behind the older group
};

void condition::sleep(unsigned ticket) {
  word& signals = signals_[ticket & 1];
  unsigned seen = signals;
  while (seen >> 8 <= ticket >> 1) {
    if ((seen & 0xff) == 0) {
      sleep_on(signals, seen);
      seen = signals;
    } else if (signals.compare_exchange_strong(seen, seen - 1)) {
      return;
    }
  }
}

bool condition::switch_groups(unsigned older) {
  if (tickets_ >> 1 == end_) return false;
  signals_[older] = tickets_ >> 1 << 8;
  wake(signals_[older], INT_MAX);
  const unsigned end = tickets_.fetch_xor(1) >> 1;
  without_signal_[older ^ 1] += end - end_;
  end_ = end;
  return true;
}

void condition::signal() {
  unsigned older = (tickets_ & 1) ^ 1;
  if (without_signal_[older] == 0) {
    if (!switch_groups(older)) return;
    older ^= 1;
  }
  --without_signal_[older];
  ++signals_[older];
  wake(signals_[older], 1);
}

condition changed;
std::mutex m;
bool go = false;

unsigned join_and_be_signalled() {
  const unsigned ticket = changed.join();
  changed.signal();
  return ticket;
}

void wait_for_go() {
  std::unique_lock lock(m);
  while (!go) {
    const unsigned ticket = changed.join();
    lock.unlock();
    changed.sleep(ticket);
    lock.lock();
  }
}

int main() {
  const unsigned late = join_and_be_signalled();
  std::thread latecomer([=] { changed.sleep(late); });
  changed.sleep(join_and_be_signalled());
  const unsigned third = join_and_be_signalled();
  const unsigned fourth = join_and_be_signalled();
  changed.sleep(third);
  changed.sleep(fourth);
  std::thread waiter(wait_for_go);
  m.lock();
  go = true;
  m.unlock();
  changed.signal();
  waiter.join();
  changed.sleep(join_and_be_signalled());
  latecomer.join();
}
