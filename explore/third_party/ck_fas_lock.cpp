/// ck_spinlock_fas: two threads count under it. Its atomic operations are written in assembly.
#include <spinlock/fas.h>

#include <cassert>
#include <thread>

ck_spinlock_fas_t lock = CK_SPINLOCK_FAS_INITIALIZER;
int value = 0;

void work() {
  ck_spinlock_fas_lock(&lock);
  ++value;
  ck_spinlock_fas_unlock(&lock);
}

int main() {
  std::thread other(work);
  work();
  other.join();
  assert(value == 2);
}
