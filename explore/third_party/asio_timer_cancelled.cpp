/// asio::steady_timer on an asio::io_context: its cancellation, posted by another thread, meets its end.
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <cassert>
#include <thread>

int main() {
  asio::io_context context;
  asio::steady_timer timer(context, std::chrono::milliseconds(10));
  int calls = 0;
  timer.async_wait([&](std::error_code) { ++calls; });
  std::thread canceller([&] { asio::post(context, [&] { timer.cancel(); }); });
  context.run();
  canceller.join();
  assert(calls == 1);
}
