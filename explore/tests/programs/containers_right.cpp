// Threads that change a std::map and a std::list under a mutex, and each its own elements without.
#include <cassert>
#include <list>
#include <map>
#include <mutex>
#include <thread>

std::mutex lock;
std::map<int, int> tree;
std::list<int> line;

void work(int first) {
  int* mine = nullptr;
  int* next = nullptr;
  {
    const std::lock_guard hold(lock);
    for (int key = first; key < 16; key += 2) tree[key] = 0;
    mine = &tree[first];
    line.push_front(0);
    next = &line.front();
  }
  ++*mine;
  ++*next;
  const std::lock_guard hold(lock);
  for (int key = first + 2; key < 16; key += 2) tree.erase(key);
  line.reverse();
}

int main() {
  std::thread other(work, 1);
  work(0);
  other.join();
  int sum = 0;
  for (const auto& [key, value] : tree) sum += value;
  for (auto each = tree.rbegin(); each != tree.rend(); ++each) sum += each->second;
  for (const int value : line) sum += value;
  assert(sum == 6 && tree.size() == 2 && line.size() == 2);
}
