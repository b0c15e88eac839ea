/// Eigen::RunQueue: the owner pushes and pops at the front, a thief at the back.
#include <unsupported/Eigen/CXX11/ThreadPool>

#include <cassert>
#include <thread>

int main() {
  Eigen::RunQueue<int, 4> queue;
  int stolen = 0;
  std::thread thief([&] { stolen = queue.PopBack(); });
  int kept = 0;
  if (queue.PushFront(1) != 0) kept += 1;
  if (queue.PushFront(2) != 0) kept += 2;
  kept += queue.PopFront();
  thief.join();
  for (int item = queue.PopFront(); item != 0; item = queue.PopFront()) kept += item;
  assert(stolen + kept == 3);
}
