/// std::promise and std::future: the value is waited for with a limit, then without; the promise goes at once.
#include <cassert>
#include <chrono>
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread setter([given = std::move(promise)]() mutable { given.set_value(7); });
  future.wait_for(std::chrono::milliseconds(1));
  assert(future.get() == 7);
  setter.join();
}
