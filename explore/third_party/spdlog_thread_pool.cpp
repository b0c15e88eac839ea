/// spdlog::details::thread_pool of one thread: a message from another thread, and the pool's destruction, which lets it end.
#include <spdlog/async.h>
#include <spdlog/sinks/base_sink.h>

#include <cassert>
#include <memory>
#include <mutex>
#include <thread>

class counting_sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  int count = 0;

 protected:
  void sink_it_(const spdlog::details::log_msg&) override { ++count; }
  void flush_() override {}
};

int main() {
  auto sink = std::make_shared<counting_sink>();
  {
    auto pool = std::make_shared<spdlog::details::thread_pool>(4, 1);
    auto logger = std::make_shared<spdlog::async_logger>("name", sink, pool);
    std::thread other([&] { logger->info("one"); });
    logger->info("two");
    other.join();
  }
  assert(sink->count == 2);
}
