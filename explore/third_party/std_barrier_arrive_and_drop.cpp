/// std::barrier: one leaves in the first round, the other goes on alone.
#include <barrier>
#include <thread>

std::barrier meeting{2};

int main() {
  std::thread leaver([] { meeting.arrive_and_drop(); });
  meeting.arrive_and_wait();
  meeting.arrive_and_wait();
  leaver.join();
}
