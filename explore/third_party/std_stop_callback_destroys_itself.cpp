/// std::stop_callback: destroyed from within its own call, with a second callback beside it.
#include <cassert>
#include <optional>
#include <stop_token>
#include <thread>

struct leave;
std::optional<std::stop_callback<leave>>* self = nullptr;
struct leave {
  void operator()() const;
};
std::optional<std::stop_callback<leave>> callback;
void leave::operator()() const { callback.reset(); }

int main() {
  std::stop_source source;
  int calls = 0;
  auto count = [&] { ++calls; };
  callback.emplace(source.get_token(), leave{});
  std::thread requester([&] { source.request_stop(); });
  { std::stop_callback beside(source.get_token(), count); }
  requester.join();
  assert(calls <= 1);
}
