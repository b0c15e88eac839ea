#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include "../pool_loops.hpp"

namespace quiesce_bench {
namespace {

class tbb_pool {
 public:
  template <class F>
  void post(F task) {
    arena_.enqueue(group_.defer(std::move(task)));
  }
  void finish() {
    arena_.execute([this] { group_.wait(); });
  }

 private:
  tbb::task_arena arena_{2, 0};
  tbb::task_group group_;
};

BENCHMARK(post_from_outside<tbb_pool>)->UseManualTime()->Iterations(3);
BENCHMARK(recursive_fork<tbb_pool>)->UseManualTime()->Iterations(3);
BENCHMARK(post_to_an_idle_pool<tbb_pool>)->UseManualTime()->Iterations(300);

}  // namespace
}  // namespace quiesce_bench
