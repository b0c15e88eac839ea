// Ends in the way that the argument names.
#include <pthread.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

// Volatile and through a pointer, so that no compiler sees what it comes to.
std::uintptr_t fill_the_stack(volatile char* above, std::uintptr_t depth) {
  volatile char bytes[4096];
  bytes[0] = above == nullptr ? 'a' : above[0];
  if (depth == 0) return 0;
  return fill_the_stack(bytes, depth + 1) + static_cast<std::uintptr_t>(bytes[0]);
}

int* volatile nowhere = nullptr;

}  // namespace

int main(int count, char** arguments) {
  const std::string way = count > 1 ? arguments[1] : "";
  if (way == "crash") *nowhere = 1;
  if (way == "stack") return static_cast<int>(fill_the_stack(nullptr, 1));
  if (way == "exit") std::exit(3);
  if (way == "_exit") _exit(4);
  if (way == "quick_exit") std::quick_exit(5);
  if (way == "return") return 7;
  if (way == "exception") throw std::runtime_error("the cup is empty");
  if (way == "number") throw 42;
  if (way == "abort") std::abort();
  if (way == "terminate") std::terminate();
  if (way == "assertion") assert(count == 0);
  if (way == "joinable") std::thread other([] {});
  if (way == "thread's exception") std::thread([] { throw std::logic_error("not in my thread"); }).join();
  if (way == "loop") {
    for (;;) asm volatile("");
  }
  if (way == "input") return std::getchar() == 'x' ? 0 : 1;
  if (way == "exec") execl("/bin/true", "true", nullptr);
  if (way == "exit with 0") std::exit(0);
  return 0;
}
