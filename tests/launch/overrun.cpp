// What the test of the launcher runs: a program whose two threads never end by themselves, and a few that do.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>

namespace {

// Not inlined, and with something left to do after the call: their names are what the test looks for in the stacks.
[[gnu::noinline]] int stuck_in_main() {
  while (pause() == -1) {
  }
  return 1;
}

[[gnu::noinline]] int stuck_in_second_thread() {
  while (pause() == -1) {
  }
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  const char* what = count > 1 ? arguments[1] : "hang";
  if (std::strcmp(what, "exit") == 0) return 7;
  if (std::strcmp(what, "killed") == 0) raise(SIGKILL);
  if (std::strcmp(what, "leave-child") == 0) {
    if (fork() == 0) stuck_in_main();
    return 0;
  }
  if (std::strcmp(what, "sleep") == 0) {
    std::puts("asleep");
    std::fflush(stdout);
    return stuck_in_main();
  }
  std::thread second(stuck_in_second_thread);
  const int status = stuck_in_main();
  second.join();
  return status;
}
