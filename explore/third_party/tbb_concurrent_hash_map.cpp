/// tbb::concurrent_hash_map: an insertion, an erasure and a look at one key.
#include <oneapi/tbb/concurrent_hash_map.h>

#include <cassert>
#include <memory>
#include <thread>
#include <utility>

int main() {
  using map_type =
      tbb::concurrent_hash_map<int, int, tbb::tbb_hash_compare<int>, std::allocator<std::pair<const int, int>>>;
  map_type map;
  std::thread inserter([&] {
    map_type::accessor entry;
    if (map.insert(entry, 1)) entry->second = 7;
  });
  std::thread eraser([&] { map.erase(1); });
  {
    map_type::const_accessor entry;
    if (map.find(entry, 1)) assert(entry->second == 7);
  }
  inserter.join();
  eraser.join();
}
