/// asio::strand on a pool of two threads: its two functions never overlap.
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include <cassert>

int main() {
  int done = 0;
  asio::thread_pool pool(2);
  auto strand = asio::make_strand(pool);
  asio::post(strand, [&] { ++done; });
  asio::post(strand, [&] { ++done; });
  pool.join();
  assert(done == 2);
}
