/// libcuckoo::cuckoohash_map: an insertion, an erasure and a look at one key.
#include <libcuckoo/cuckoohash_map.hh>

#include <cassert>
#include <thread>

int main() {
  libcuckoo::cuckoohash_map<int, int> map(4);
  std::thread inserter([&] { map.insert(1, 7); });
  std::thread eraser([&] { map.erase(1); });
  int found = 7;
  map.find(1, found);
  assert(found == 7);
  inserter.join();
  eraser.join();
}
