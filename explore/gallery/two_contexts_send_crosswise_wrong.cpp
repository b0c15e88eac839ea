/// Two contexts, each with a thread that runs its jobs one after the other. A job on each sends to the other and
/// waits until that has run it: both threads wait, and neither is there to run what was sent to it.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

class context {
 public:
  void post(void (*job)()) {
    std::lock_guard lock(m_);
    push(job);
  }
  void send(void (*job)()) {
    std::unique_lock lock(m_);
    const int mine = push(job);
    done_.wait(lock, [&] { return finished_ >= mine; });
  }
  void run_one() {
    std::unique_lock lock(m_);
    posted_.wait(lock, [&] { return !jobs_.empty(); });
    void (*const job)() = jobs_.front();
    jobs_.pop();
    lock.unlock();
    job();
    lock.lock();
    ++finished_;
    done_.notify_all();
  }

 private:
  int push(void (*job)()) {
    jobs_.push(job);
    posted_.notify_one();
    return ++accepted_;
  }

  std::mutex m_;
  std::condition_variable posted_;
  std::condition_variable done_;
  std::queue<void (*)()> jobs_;
  int accepted_ = 0;
  int finished_ = 0;
};

context* left = nullptr;
context* right = nullptr;

void run_two(context& own) {
  own.run_one();
  own.run_one();
}

int main() {
  context one;
  context other;
  left = &one;
  right = &other;
  std::thread left_thread([] { run_two(*left); });
  std::thread right_thread([] { run_two(*right); });
  left->post([] { right->send([] {}); });
  right->post([] { left->send([] {}); });
  left_thread.join();
  right_thread.join();
}
