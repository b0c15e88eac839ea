/// A mailbox for one message. The sender puts a new message in the place of one that nobody has taken, and loses that.
#include <atomic>
#include <thread>

std::atomic<int*> mailbox{nullptr};

void send(int what) { mailbox.exchange(new int(what)); }

int main() {
  std::thread receiver([] { delete mailbox.exchange(nullptr); });
  send(1);
  receiver.join();
  send(2);
  delete mailbox.exchange(nullptr);
}
