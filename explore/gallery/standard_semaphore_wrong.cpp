/// Two acquirers and three releases on the std::counting_semaphore of libstdc++ 12. An acquirer notes a count of 1,
/// then sees the other one take it, and goes to sleep on the value it has noted; the count has meanwhile become 1
/// again by the second release, so it does fall asleep; the third release finds a count above zero and wakes nobody.
#include <semaphore>
#include <thread>

std::counting_semaphore<8> available{0};

int main() {
  std::thread first([] { available.acquire(); });
  std::thread second([] { available.acquire(); });
  available.release();
  available.release();
  available.release();
  first.join();
  second.join();
}
