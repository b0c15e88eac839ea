/// An exception leaves a thread's function. Nobody is there to catch it, and the whole program ends.
#include <stdexcept>
#include <thread>

void work() { throw std::runtime_error("no more work"); }

int main() {
  std::thread worker(work);
  worker.join();
}
