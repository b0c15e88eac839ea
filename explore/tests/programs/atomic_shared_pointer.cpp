// Races within headers of the standard library: std::atomic<std::shared_ptr> of libstdc++ has one of its own; the others, which
// the argument names, are the program's.
#include <atomic>
#include <cassert>
#include <memory>
#include <string>
#include <thread>
#include <utility>

using settings = std::atomic<std::shared_ptr<int>>;

namespace {

void meets_load(void (*change)(settings&)) {
  settings current(std::make_shared<int>(1));
  std::thread reader([&] { assert(*current.load() != 0); });
  change(current);
  reader.join();
}

void store(settings& current) { current.store(std::make_shared<int>(2)); }

void exchange_if_same(settings& current) {
  auto seen = current.load();
  assert(current.compare_exchange_strong(seen, std::make_shared<int>(2)));
}

std::atomic<settings*> published{nullptr};

void construction_meets_load() {
  std::thread reader([] {
    if (settings* const found = published.load(std::memory_order_relaxed)) assert(*found->load() != 0);
  });
  published.store(new settings(std::make_shared<int>(1)), std::memory_order_relaxed);
  reader.join();
}

void swap_meets_swap() {
  int one = 1;
  int other = 2;
  std::thread swapper([&] { std::swap(one, other); });
  std::swap(one, other);
  swapper.join();
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "store";
  if (what == "store") meets_load(store);
  if (what == "compare_exchange") meets_load(exchange_if_same);
  if (what == "construction") construction_meets_load();
  if (what == "swap") swap_meets_swap();
}
