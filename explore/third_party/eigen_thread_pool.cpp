/// Eigen::ThreadPool of one thread: a task, its end awaited by an Eigen::Notification, and the pool's destruction.
#include <unsupported/Eigen/CXX11/ThreadPool>

int main() {
  Eigen::ThreadPool pool(1, /*allow_spinning=*/false);
  Eigen::Notification done;
  pool.Schedule([&] { done.Notify(); });
  done.Wait();
}
