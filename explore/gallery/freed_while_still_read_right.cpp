/// A reader takes a share of the settings under a lock, and reads them without it. The writer puts new settings in
/// their place and lets go of the old ones; whoever lets go of them last frees them.
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

struct settings {
  int lowest;
  int highest;
};

std::mutex m;
std::shared_ptr<const settings> current;

std::shared_ptr<const settings> take() {
  std::lock_guard lock(m);
  return current;
}

void use_settings() {
  const auto taken = take();
  assert(taken->lowest <= taken->highest);
}

void change_settings(int lowest, int highest) {
  auto written = std::make_shared<const settings>(settings{lowest, highest});
  std::lock_guard lock(m);
  current = std::move(written);
}

int main() {
  change_settings(1, 2);
  std::thread reader(use_settings);
  change_settings(3, 4);
  reader.join();
}
