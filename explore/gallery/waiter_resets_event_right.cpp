/// Two threads wait for one manual-reset event. It is reset by who sets it, when both have come through.
#include <atomic>
#include <thread>

class manual_reset_event {
 public:
  void set() {
    set_ = 1;
    set_.notify_all();
  }
  void reset() { set_ = 0; }
  void wait() { set_.wait(0); }

 private:
  std::atomic<int> set_{0};
};

manual_reset_event event;

void wait_for_event() { event.wait(); }

int main() {
  std::thread first(wait_for_event);
  std::thread second(wait_for_event);
  event.set();
  first.join();
  second.join();
  event.reset();
}
