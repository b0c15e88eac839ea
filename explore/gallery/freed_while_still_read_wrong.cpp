/// A reader takes the address of the settings from an atomic and reads through it, without a lock. The writer puts new
/// settings in their place and frees the old ones at once, though the reader may still hold their address.
#include <atomic>
#include <cassert>
#include <thread>

struct settings {
  int lowest;
  int highest;
};

std::atomic<settings*> current{nullptr};

void use_settings() {
  const settings* const taken = current;
  assert(taken->lowest <= taken->highest);
}

void change_settings(int lowest, int highest) { delete current.exchange(new settings{lowest, highest}); }

int main() {
  change_settings(1, 2);
  std::thread reader(use_settings);
  change_settings(3, 4);
  reader.join();
  delete current;
}
