/// A table gives the lowest free number to each object, as a system does with its descriptors. A watcher has kept the
/// number of an object that has been closed since; the number belongs to another object now, which gets the event.
#include <cassert>
#include <cstddef>
#include <mutex>
#include <thread>

struct object {
  int events = 0;
};

class handle_table {
 public:
  std::size_t open(object& opened) {
    std::lock_guard lock(m_);
    const std::size_t number = objects_[0] == nullptr ? 0 : 1;
    objects_[number] = &opened;
    return number;
  }
  void close(std::size_t number) {
    std::lock_guard lock(m_);
    objects_[number] = nullptr;
  }
  void deliver_event(std::size_t number) {
    std::lock_guard lock(m_);
    if (objects_[number] != nullptr) ++objects_[number]->events;
  }

 private:
  std::mutex m_;
  object* objects_[2] = {};
};

int main() {
  handle_table table;
  object watched;
  object unwatched;
  const std::size_t handle = table.open(watched);
  std::thread watcher([&] { table.deliver_event(handle); });
  table.close(handle);
  table.open(unwatched);
  watcher.join();
  assert(unwatched.events == 0);
}
