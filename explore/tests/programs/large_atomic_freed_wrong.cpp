// An atomic object for which there is no instruction is deleted while another thread may still read it.
#include <array>
#include <atomic>
#include <thread>

int main() {
  auto* const large = new std::atomic<std::array<int, 8>>();
  std::thread reader([large] { static_cast<void>(large->load()); });
  delete large;
  reader.join();
}
