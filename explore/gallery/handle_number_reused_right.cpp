/// A table gives the lowest free number to each object, and with it how often the number has been given before. A
/// watcher that has kept the handle of a closed object finds another generation under its number, and drops the event.
#include <cassert>
#include <cstddef>
#include <mutex>
#include <thread>

struct object {
  int events = 0;
};

struct handle_of_object {
  std::size_t number;
  int generation;
};

class handle_table {
 public:
  handle_of_object open(object& opened) {
    std::lock_guard lock(m_);
    const std::size_t number = entries_[0].opened == nullptr ? 0 : 1;
    entries_[number].opened = &opened;
    return {number, entries_[number].generation};
  }
  void close(handle_of_object handle) {
    std::lock_guard lock(m_);
    entries_[handle.number].opened = nullptr;
    ++entries_[handle.number].generation;
  }
  void deliver_event(handle_of_object handle) {
    std::lock_guard lock(m_);
    const entry& found = entries_[handle.number];
    if (found.opened != nullptr && found.generation == handle.generation) ++found.opened->events;
  }

 private:
  struct entry {
    object* opened = nullptr;
    int generation = 0;
  };

  std::mutex m_;
  entry entries_[2];
};

int main() {
  handle_table table;
  object watched;
  object unwatched;
  const handle_of_object handle = table.open(watched);
  std::thread watcher([&] { table.deliver_event(handle); });
  table.close(handle);
  table.open(unwatched);
  watcher.join();
  assert(unwatched.events == 0);
}
