// A std::map that one thread changes and another goes through. What changes the tree, and what goes from node to node, lies in
// the C++ library.
#include <cassert>
#include <map>
#include <string>
#include <thread>

namespace {

std::map<int, int> all;

int sum_forth() {
  int sum = 0;
  for (const auto& [key, value] : all) sum += value;
  return sum;
}

int sum_back() {
  int sum = 0;
  for (auto each = all.rbegin(); each != all.rend(); ++each) sum += each->second;
  return sum;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string how = count > 1 ? arguments[1] : "insert";
  for (int key = 0; key < 8; key += 2) all[key] = 1;
  std::thread changer([&] {
    if (how == "insert") all.emplace(3, 1);
    if (how == "insert_beside") all.emplace(1, 1);
    if (how == "erase") all.erase(2);
    if (how == "insert_back") all.emplace(5, 1);
    if (how == "erase_back") all.erase(4);
  });
  const int sum = how.ends_with("_back") ? sum_back() : sum_forth();
  assert(sum != 0);
  changer.join();
}
