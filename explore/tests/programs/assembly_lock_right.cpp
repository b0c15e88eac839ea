// A lock whose atomic operations are assembly, for which the compiler emits no calls: in the function that uses it, or in
// one of its own.
#include <cstring>
#include <thread>

unsigned lock_word = 0;
int shared = 0;

[[gnu::always_inline]] inline unsigned exchange(unsigned value) {
  asm volatile("xchgl %0, %1" : "+r"(value), "+m"(lock_word) : : "memory");
  return value;
}

[[gnu::noinline]] unsigned exchange_elsewhere(unsigned value) { return exchange(value); }

template <unsigned Exchange(unsigned)>
void add() {
  while (Exchange(1) != 0) {
  }
  ++shared;
  static_cast<void>(Exchange(0));
}

int main(int count, char** arguments) {
  const bool calls = count > 1 && std::strcmp(arguments[1], "called") == 0;
  const auto work = calls ? add<exchange_elsewhere> : add<exchange>;
  std::thread other(work);
  work();
  other.join();
}
