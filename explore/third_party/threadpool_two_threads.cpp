/// thread_pool::ThreadPool of two threads: two functions, their futures, and the pool's destruction.
#include <thread_pool/thread_pool.hpp>

#include <cassert>

int main() {
  thread_pool::ThreadPool pool(2);
  auto first = pool.Submit([] { return 1; });
  auto second = pool.Submit([] { return 2; });
  assert(first.get() + second.get() == 3);
}
