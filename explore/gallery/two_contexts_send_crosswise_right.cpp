/// Two contexts, each with a thread that runs its jobs one after the other. A job on each posts to the other and goes
/// on, so both threads come back to their queues.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

class context {
 public:
  void post(void (*job)()) {
    std::lock_guard lock(m_);
    jobs_.push(job);
    posted_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(m_);
    posted_.wait(lock, [&] { return !jobs_.empty(); });
    void (*const job)() = jobs_.front();
    jobs_.pop();
    lock.unlock();
    job();
  }

 private:
  std::mutex m_;
  std::condition_variable posted_;
  std::queue<void (*)()> jobs_;
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
  left->post([] { right->post([] {}); });
  right->post([] { left->post([] {}); });
  left_thread.join();
  right_thread.join();
}
