/// spdlog::details::periodic_worker: it is destroyed while its thread waits, or calls back.
#include <spdlog/common.h>
#include <spdlog/details/periodic_worker.h>

#include <cassert>
#include <chrono>
#include <memory>

int main() {
  auto alive = std::make_unique<int>(0);
  {
    spdlog::details::periodic_worker worker([&] { ++*alive; }, std::chrono::seconds(1));
  }
  alive.reset();
}
