/// The condition variable of glibc 2.25 to 2.40 in small (glibc#25847). Its waiters form two groups, each in a slot: an
/// older one, which the signals are for, and a newer one, which is still joined. When the older one has had all its
/// signals it is closed, the newer one takes its place, and the slot of the closed one is used again. A waiter that comes
/// late to its slot can find a signal of a later group there, and take it. It notices, and puts one back; but the slot
/// may belong to the next group by then, which has a signal too many now. So one of its threads wakes early, and leaves.
/// It is still counted: later a signal is given to a group that has nobody left, and the one that waits gets none.
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
  void put_back(unsigned slot, unsigned ticket);
  void leave(unsigned slot) {
    if (users_[slot].fetch_sub(2) == 3) {
      users_[slot] &= ~1U;
      wake(users_[slot], INT_MAX);
    }
  }
  static void sleep_on(word& on, unsigned seen) {
    syscall(SYS_futex, &on, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
  }
  static void wake(word& on, int count) { syscall(SYS_futex, &on, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0); }

  word tickets_{0};        // the next one; its last bit is the newer group's slot
  word first_{0};          // as in a ticket: the older group's first position, the newer group's slot
  word signals_[2]{0, 0};  // twice the number of signals that nobody has taken; 1: the group is closed
  word users_[2]{0, 0};    // twice the number of those at the futex; 1: signal() waits until they have left
  unsigned without_signal_[2]{0, 0};
  unsigned members_ = 0;  // that the older group began with
};

void condition::sleep(unsigned ticket) {
  const unsigned slot = ticket & 1;
  unsigned seen = signals_[slot];
  do {
    while (seen == 0) {
      users_[slot] += 2;
      if ((signals_[slot] & 1) != 0 || ticket >> 1 < first_ >> 1) return leave(slot);
      sleep_on(signals_[slot], 0);
      leave(slot);
      seen = signals_[slot];
    }
    if ((seen & 1) != 0) return;
  } while (!signals_[slot].compare_exchange_strong(seen, seen - 2));
  put_back(slot, ticket);
}

void condition::put_back(unsigned slot, unsigned ticket) {
  const unsigned first = first_;
  if (ticket >> 1 >= first >> 1 || (first & 1) == slot) return;
  unsigned seen = signals_[slot];
  while (first_ == first) {
    if ((seen & 1) == 0 && !signals_[slot].compare_exchange_strong(seen, seen + 2)) continue;
    wake(signals_[slot], 1);
    return;
  }
}

bool condition::switch_groups(unsigned older) {
  const unsigned end = (first_ >> 1) + members_;
  if (tickets_ >> 1 == end) return false;
  signals_[older] |= 1;
  while (users_[older] > 1) {
    const unsigned users = users_[older] |= 1;
    if (users > 1) sleep_on(users_[older], users);
  }
  first_ = end << 1 | older;
  signals_[older] = 0;
  members_ = (tickets_.fetch_xor(1) >> 1) - end;
  without_signal_[older ^ 1] += members_;
  return true;
}

void condition::signal() {
  unsigned older = (tickets_ & 1) ^ 1;
  if (without_signal_[older] == 0) {
    if (!switch_groups(older)) return;
    older ^= 1;
  }
  --without_signal_[older];
  signals_[older] += 2;
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
