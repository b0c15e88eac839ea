#include "relacy_programs.hpp"

#include <ctime>
#include <sstream>

#include <relacy/relacy.hpp>

namespace bench {
namespace {

struct store_buffering : rl::test_suite<store_buffering, 2> {
  rl::atomic<int> word[2];
  int seen[2];

  void before() {
    word[0].store(0, rl::mo_seq_cst, $);
    word[1].store(0, rl::mo_seq_cst, $);
  }
  void thread(unsigned number) {
    word[number].store(1, rl::mo_seq_cst, $);
    seen[number] = word[1 - number].load(rl::mo_seq_cst, $);
  }
};

struct three_at_a_mutex : rl::test_suite<three_at_a_mutex, 3> {
  rl::mutex lock;
  rl::var<int> count;

  void before() { count($) = 0; }
  void thread(unsigned) {
    lock.lock($);
    count($) = static_cast<int>(count($)) + 1;
    lock.unlock($);
  }
};

template <class Program>
double rate(unsigned executions) {
  std::ostringstream ignored;
  rl::test_params how;
  how.search_type = rl::random_scheduler_type;
  how.iteration_count = executions;
  how.output_stream = &ignored;
  how.progress_stream = &ignored;
  const std::clock_t begin = std::clock();
  if (!rl::simulate<Program>(how)) return 0;
  return static_cast<double>(executions) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begin);
}

}  // namespace

double relacy_store_buffering(unsigned executions) { return rate<store_buffering>(executions); }
double relacy_three_at_a_mutex(unsigned executions) { return rate<three_at_a_mutex>(executions); }

}  // namespace bench
