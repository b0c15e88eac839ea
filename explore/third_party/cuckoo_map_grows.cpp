/// libcuckoo::cuckoohash_map: it is made larger while another thread looks.
#include <libcuckoo/cuckoohash_map.hh>

#include <cassert>
#include <thread>

int main() {
  libcuckoo::cuckoohash_map<int, int> map(4);
  map.insert(1, 7);
  std::thread grower([&] { map.rehash(map.hashpower() + 1); });
  int found = 0;
  assert(map.find(1, found) && found == 7);
  grower.join();
}
