#include "quiesce/unique_function.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>

namespace {

template <class Signature>
using function = quiesce::unique_function<Signature>;

struct record {
  int alive = 0;
  int destroyed = 0;
  int calls = 0;
  const void* called_at = nullptr;
};

// A callable that writes down its life. Bytes: how much it captures besides; Throws: whether its move may throw.
template <std::size_t Bytes, bool Throws = false>
class probe {
 public:
  explicit probe(record& of) noexcept : record_(&of) { ++record_->alive; }
  probe(probe&& other) noexcept(!Throws) : record_(other.record_) { ++record_->alive; }
  ~probe() { --record_->alive, ++record_->destroyed; }
  void operator()() { ++record_->calls, record_->called_at = this; }

 private:
  record* record_;
  std::array<std::byte, Bytes> captured_{};
};

using small = probe<2 * sizeof(void*)>;
using large = probe<3 * sizeof(void*)>;
using unsure = probe<1, true>;

bool called_inside(const function<void()>& f, const record& seen) {
  const auto* const begin = reinterpret_cast<const std::byte*>(&f);
  return !std::less<const void*>()(seen.called_at, begin) && std::less<const void*>()(seen.called_at, begin + sizeof f);
}

TEST(UniqueFunction, IsEmptyUntilItHoldsACallable) {
  function<void()> f;
  EXPECT_FALSE(f);
  f.reset();
  EXPECT_FALSE(f);
  f = function<void()>([] {});
  EXPECT_TRUE(f);
}

TEST(UniqueFunction, KeepsSmallCallablesInsideItself) {
  record seen;
  function<void()> f{small(seen)};
  f();
  EXPECT_EQ(seen.calls, 1);
  EXPECT_TRUE(called_inside(f, seen));
}

TEST(UniqueFunction, KeepsLargeOverAlignedAndThrowingCallablesOnTheHeap) {
  record seen;
  function<void()> too_large{large(seen)};
  too_large();
  EXPECT_FALSE(called_inside(too_large, seen));
  function<void()> may_throw{unsure(seen)};
  may_throw();
  EXPECT_FALSE(called_inside(may_throw, seen)) << "moving it could throw out of the function's noexcept move";

  struct alignas(64) over_aligned {
    const void** at;
    void operator()() const { *at = this; }
  };
  const void* at = nullptr;
  function<void()> aligned{over_aligned{&at}};
  aligned();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 64, 0u);
}

template <class Probe>
void expect_one_life() {
  record seen;
  {
    function<void()> f{Probe(seen)};
    EXPECT_EQ(seen.alive, 1);
    function<void()> g(std::move(f));
    EXPECT_FALSE(f);  // NOLINT: a moved-from function is empty, which is what is tested
    EXPECT_EQ(seen.alive, 1);
    f = std::move(g);
    EXPECT_TRUE(f);
    EXPECT_FALSE(g);  // NOLINT
    f();
    EXPECT_EQ(seen.calls, 1);
    EXPECT_EQ(seen.alive, 1);
  }
  EXPECT_EQ(seen.alive, 0);
}

TEST(UniqueFunction, MovesAndDestroysItsCallableExactlyOnce) {
  expect_one_life<small>();
  expect_one_life<large>();
  expect_one_life<unsure>();
}

TEST(UniqueFunction, ACallableOnTheHeapDoesNotMoveWithTheFunction) {
  record seen;
  function<void()> f{large(seen)};
  const int moves_before = seen.destroyed;
  function<void()> g(std::move(f));
  function<void()> h(std::move(g));
  EXPECT_EQ(seen.destroyed, moves_before);
}

TEST(UniqueFunction, ResetDestroysOnceAndLeavesItEmpty) {
  record seen;
  function<void()> f{large(seen)};
  f.reset();
  EXPECT_FALSE(f);
  EXPECT_EQ(seen.alive, 0);
  const int destroyed = seen.destroyed;
  f.reset();
  EXPECT_EQ(seen.destroyed, destroyed);
}

TEST(UniqueFunction, IsEmptyAlreadyWhileItsCallableIsDestroyed) {
  function<void()> f;
  bool was_empty = false;
  f = function<void()>([guard = std::unique_ptr<int, std::function<void(int*)>>(new int, [&](int* captured) {
                          delete captured;
                          was_empty = !f;
                          f.reset();
                        })] {});
  f.reset();
  EXPECT_TRUE(was_empty);
}

TEST(UniqueFunction, AssigningDestroysWhatWasHeld) {
  record old_one, new_one;
  function<void()> f{small(old_one)};
  f = function<void()>(large(new_one));
  EXPECT_EQ(old_one.alive, 0);
  EXPECT_EQ(new_one.alive, 1);
  f();
  EXPECT_EQ(new_one.calls, 1);
}

TEST(UniqueFunction, AssigningItToItselfKeepsIt) {
  record seen;
  function<void()> f{small(seen)};
  function<void()>& same = f;
  f = std::move(same);
  ASSERT_TRUE(f);
  f();
  EXPECT_EQ(seen.calls, 1);
  EXPECT_EQ(seen.alive, 1);
}

TEST(UniqueFunction, HoldsWhatCanOnlyBeMoved) {
  int value = 0;
  function<void()> f([&value, owned = std::make_unique<int>(7)] { value = *owned; });
  function<void()> g(std::move(f));
  g();
  EXPECT_EQ(value, 7);
}

TEST(UniqueFunction, CopiesACallableThatIsNotGivenAway) {
  auto shared = std::make_shared<int>(0);
  const auto count = [shared] { ++*shared; };
  function<void()> f(count);
  EXPECT_EQ(shared.use_count(), 3);
  f();
  count();
  EXPECT_EQ(*shared, 2);
}

TEST(UniqueFunction, PassesItsArgumentsOnAsTheyAre) {
  int changed = 0;
  function<void(int&)> by_reference([](int& value) { value = 5; });
  by_reference(changed);
  EXPECT_EQ(changed, 5);
  function<void(std::unique_ptr<int>)> by_value([&](std::unique_ptr<int> value) { changed = *value; });
  by_value(std::make_unique<int>(6));
  EXPECT_EQ(changed, 6);
  function<void()> with_result([] { return 3; });
  with_result();
}

TEST(UniqueFunction, AMoveThatThrowsLeavesNothingBehind) {
  struct thrower {
    std::shared_ptr<int> captured;
    explicit thrower(std::shared_ptr<int> given) : captured(std::move(given)) {}
    thrower(thrower&& other) : captured(other.captured) { throw std::runtime_error("moved"); }
    void operator()() const {}
  };
  const auto captured = std::make_shared<int>();
  {
    thrower original(captured);
    EXPECT_THROW(function<void()>(std::move(original)), std::runtime_error);
  }
  EXPECT_EQ(captured.use_count(), 1);
}

void some_function() {}

TEST(UniqueFunction, TellsWhereItsCodeLies_C10) {
  const void* const address = reinterpret_cast<const void*>(&some_function);
  EXPECT_EQ(function<void()>(some_function).code(), address);
  EXPECT_EQ(function<void(int)>(quiesce::without_arguments<void (*)()>{some_function}).code(), address);
  const auto captures_one = [address] { static_cast<void>(address); };
  const void* const code = function<void()>(captures_one).code();
  EXPECT_NE(code, nullptr);
  EXPECT_NE(code, address);
  EXPECT_EQ(function<void()>().code(), nullptr);
}

}  // namespace
