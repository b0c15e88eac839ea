// A wait for more than 64 objects needs memory. Where that is refused it has taken nothing, and stands in no queue.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <vector>

#include "allocations/counted.hpp"
#include "quiesce/quiesce.hpp"
#include "support/waiters_of.hpp"

namespace {

namespace q = quiesce;
using namespace std::chrono_literals;

constexpr std::size_t many = 65;

class RefusedWait : public testing::Test {
 protected:
  RefusedWait() : events_(many), all_(events_.begin(), events_.end()) {}

  // Asks for it with the first allocation refused, then the second, and so on; returns how many there were, and what the
  // wait came to at last. `is_untouched` says whether the objects are as they were.
  struct outcome {
    int refused = 0;
    q::wait_result result{};
  };
  outcome refuse_each_allocation(const std::function<q::wait_result()>& wait,
                                 const std::function<bool()>& is_untouched) {
    outcome found;
    for (;; ++found.refused) {
      const std::int64_t before = counted::alive();
      const counted::failing failing(static_cast<std::uint64_t>(found.refused) + 1);
      try {
        found.result = wait();
        return found;
      } catch (const std::bad_alloc&) {
        EXPECT_TRUE(failing.has_failed());
      }
      EXPECT_EQ(counted::alive(), before);
      EXPECT_TRUE(is_untouched()) << "after refusal " << found.refused;
      EXPECT_FALSE(is_anybody_queued()) << "after refusal " << found.refused;
    }
  }

  bool is_anybody_queued() const {
    for (const q::handle_ref each : all_) {
      if (support::waiters_of::any(each)) return true;
    }
    return false;
  }
  // What a wait would take, which would be one look too many.
  std::vector<std::uint64_t> words() const {
    std::vector<std::uint64_t> found;
    for (const q::handle_ref each : all_) found.push_back(support::waiters_of::raw_word(each));
    return found;
  }

  std::vector<q::auto_reset_event> events_;
  std::vector<q::handle_ref> all_;
};

TEST_F(RefusedWait, ForAnyTakesNothing_B2_J4) {
  const auto blocks = [&] { return q::wait_any_for(all_, 1ms); };
  const auto before = words();
  const outcome without = refuse_each_allocation(blocks, [&] { return words() == before; });
  EXPECT_EQ(without.refused, 1);
  EXPECT_EQ(without.result.status, q::wait_status::timed_out);
}

TEST_F(RefusedWait, ForAllTakesNothing_B3_J4) {
  for (q::auto_reset_event& each : events_) each.set();
  events_[7].reset();
  const auto before = words();
  const outcome without =
      refuse_each_allocation([&] { return q::wait_all_for(all_, 1ms); }, [&] { return words() == before; });
  EXPECT_GE(without.refused, 2) << "one to look for what is given twice, one to wait";
  EXPECT_EQ(without.result.status, q::wait_status::timed_out);
  const outcome looked =
      refuse_each_allocation([&] { return q::try_wait_all(all_); }, [&] { return words() == before; });
  EXPECT_EQ(looked.result.status, q::wait_status::timed_out);
  events_[7].set();
  const auto complete = words();
  const outcome with =
      refuse_each_allocation([&] { return q::wait_all_for(all_, 1h); }, [&] { return words() == complete; });
  EXPECT_EQ(with.result.status, q::wait_status::signalled);
  for (const q::handle_ref each : all_) EXPECT_FALSE(q::try_wait(each));
}

}  // namespace
