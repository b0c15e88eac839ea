/// std::stop_callback: its destruction meets the request. After it, the callback does not run any more.
#include <cassert>
#include <memory>
#include <stop_token>
#include <thread>

int main() {
  std::stop_source source;
  std::thread requester([&] { source.request_stop(); });
  {
    auto alive = std::make_unique<int>(1);
    std::stop_callback callback(source.get_token(), [&] { assert(*alive == 1); });
  }
  requester.join();
}
