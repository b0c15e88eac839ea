#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <memory>

#include "../pool_loops.hpp"

namespace quiesce_bench {
namespace {

// It can only be joined once, so each turn has a pool of its own.
class asio_pool {
 public:
  template <class F>
  void post(F task) {
    asio::post(*pool_, std::move(task));
  }
  void finish() {
    pool_->join();
    pool_ = std::make_unique<asio::thread_pool>(2);
  }

 private:
  std::unique_ptr<asio::thread_pool> pool_ = std::make_unique<asio::thread_pool>(2);
};

BENCHMARK(post_from_outside<asio_pool>)->UseManualTime()->Iterations(3);
BENCHMARK(recursive_fork<asio_pool>)->UseManualTime()->Iterations(3);
BENCHMARK(post_to_an_idle_pool<asio_pool>)->UseManualTime()->Iterations(300);

}  // namespace
}  // namespace quiesce_bench
