// Bytes through a pipe, and its end.
#include <unistd.h>

#include <cassert>
#include <cstring>
#include <thread>

int main() {
  int ends[2];
  assert(pipe(ends) == 0);
  int value = 0;
  std::thread giver([&] {
    value = 7;
    assert(write(ends[1], "hello", 5) == 5);
    assert(write(ends[1], "you", 3) == 3);
    close(ends[1]);
  });
  char text[9] = {};
  std::size_t length = 0;
  for (;;) {
    const ssize_t got = read(ends[0], text + length, 3);
    if (got == 0) break;
    assert(got > 0 && value == 7);
    length += static_cast<std::size_t>(got);
  }
  assert(std::strcmp(text, "helloyou") == 0);
  giver.join();
  close(ends[0]);
}
