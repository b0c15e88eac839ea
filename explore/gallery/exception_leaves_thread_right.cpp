/// An exception is caught in the thread where it is thrown, and handed to the thread that joins it.
#include <cassert>
#include <exception>
#include <stdexcept>
#include <thread>

void work() { throw std::runtime_error("no more work"); }

int main() {
  std::exception_ptr failure;
  std::thread worker([&] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  worker.join();
  bool caught = false;
  try {
    std::rethrow_exception(failure);
  } catch (const std::runtime_error&) {
    caught = true;
  }
  assert(caught);
}
