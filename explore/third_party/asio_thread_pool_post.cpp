/// asio::thread_pool of one thread: two functions posted from two threads, then join.
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

#include <atomic>
#include <cassert>
#include <thread>

int main() {
  std::atomic<int> done{0};
  asio::thread_pool pool(1);
  std::thread other([&] { asio::post(pool, [&] { ++done; }); });
  asio::post(pool, [&] { ++done; });
  other.join();
  pool.join();
  assert(done == 2);
}
