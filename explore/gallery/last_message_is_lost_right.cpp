/// A mailbox for one message. The sender frees the message in whose place it puts a new one.
#include <atomic>
#include <thread>

std::atomic<int*> mailbox{nullptr};

void send(int what) { delete mailbox.exchange(new int(what)); }

int main() {
  std::thread receiver([] { delete mailbox.exchange(nullptr); });
  send(1);
  receiver.join();
  send(2);
  delete mailbox.exchange(nullptr);
}
