/// A reader-writer lock that lets a reader in whenever no writer is inside, also when one waits. Readers that come later
/// than the writer, and whose reading overlaps, keep it out as long as they like.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int most_overtakings = 1;

class reader_writer_lock {
 public:
  void lock_shared() {
    std::unique_lock lock(m_);
    const bool comes_later = writer_waits_;
    changed_.wait(lock, [&] { return !writer_inside_; });
    ++readers_;
    if (comes_later && writer_waits_) ++overtakings_;
    assert(overtakings_ <= most_overtakings);
  }
  void unlock_shared() {
    std::lock_guard lock(m_);
    --readers_;
    changed_.notify_all();
  }
  void lock() {
    std::unique_lock lock(m_);
    writer_waits_ = true;
    changed_.wait(lock, [&] { return readers_ == 0; });
    writer_waits_ = false;
    writer_inside_ = true;
  }
  void unlock() {
    std::lock_guard lock(m_);
    writer_inside_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex m_;
  std::condition_variable changed_;
  int readers_ = 0;
  bool writer_waits_ = false;
  bool writer_inside_ = false;
  int overtakings_ = 0;  // of the writer that waits, by readers that came later
};

reader_writer_lock settings;

void read_twice() {
  for (int i = 0; i < 2; ++i) {
    settings.lock_shared();
    settings.unlock_shared();
  }
}

int main() {
  std::thread first(read_twice);
  std::thread second(read_twice);
  settings.lock();
  settings.unlock();
  first.join();
  second.join();
}
