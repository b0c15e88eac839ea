/// std::stop_callback: two requests and a registration meet; the callback runs once, one request is the first.
#include <atomic>
#include <cassert>
#include <stop_token>
#include <thread>

int main() {
  std::stop_source source;
  std::atomic<int> calls{0};
  bool first = false;
  std::thread requester([&] { first = source.request_stop(); });
  {
    std::stop_callback callback(source.get_token(), [&] { ++calls; });
    const bool second = source.request_stop();
    requester.join();
    assert(first != second);
  }
  assert(calls == 1);
}
