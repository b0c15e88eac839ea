/// A thread spins on a plain flag until another one raises it. The compiler may read the flag once and spin for ever,
/// and what was written before the flag may not be there when the flag is: a data race on both.
#include <cassert>
#include <thread>

bool over = false;
bool repented = false;

int main() {
  std::thread spinner([] {
    while (!over) std::this_thread::yield();
    assert(repented);
  });
  repented = true;
  over = true;
  spinner.join();
}
