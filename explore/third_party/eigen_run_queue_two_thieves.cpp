/// Eigen::RunQueue: two items, the owner takes at the front, two others at the back.
#include <unsupported/Eigen/CXX11/ThreadPool>

#include <cassert>
#include <thread>

int main() {
  Eigen::RunQueue<int, 4> queue;
  queue.PushFront(1);
  queue.PushFront(2);
  int first = 0;
  int second = 0;
  std::thread thief([&] { first = queue.PopBack(); });
  std::thread other([&] { second = queue.PopBack(); });
  int kept = queue.PopFront();
  thief.join();
  other.join();
  for (int item = queue.PopFront(); item != 0; item = queue.PopFront()) kept += item;
  assert(first + second + kept == 3);
}
