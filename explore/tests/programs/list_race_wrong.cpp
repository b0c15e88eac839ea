// A std::list that one thread changes and another looks at. What changes the nodes lies in the C++ library.
#include <cassert>
#include <list>
#include <string>
#include <thread>

int main(int count, char** arguments) {
  const std::string how = count > 1 ? arguments[1] : "push";
  std::list<int> all{1, 2};
  std::list<int> other{3};
  std::thread changer([&] {
    if (how == "push") all.push_back(3);
    if (how == "pop") all.pop_front();
    if (how == "splice") all.splice(all.end(), other);
    if (how == "reverse") all.reverse();
    if (how == "swap") all.swap(other);
  });
  assert(all.front() + all.back() != 0);
  changer.join();
}
