/// Records what threads ask of an object and what it answers, and finds out whether the object answers like a plain one: whether
/// some order of the operations, one after the other, gives each of them the answer that it got (linearizability: Herlihy and
/// Wing, TOPLAS 12(3), 1990). An operation that had ended before another one began comes before it in that order.
///
///     struct counter {                                       // the model: how the object answers when it is used alone
///       enum class operation { add, read };
///       using answer = int;
///       answer apply(operation what) { return what == operation::add ? value++ : value; }
///       bool operator==(const counter&) const = default;
///       static std::string describe(operation what, const answer* got);  // "read() -> 2"; null: it got no answer
///       int value = 0;
///     };
///
///     explore::history<counter> history;
///     history.record(counter::operation::add, [&] { return shared.add(); });  // in any thread
///     history.check();                                                        // after these have been joined
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace explore {

namespace recording {

/// While one lives, what its thread does is no business of the explorer: there is no step in it, and no access to memory that
/// could race or tell anybody of anything. It must not wait for another thread.
class unseen {
 public:
  unseen() noexcept;
  ~unseen();
  unseen(const unseen&) = delete;
  unseen& operator=(const unseen&) = delete;

 private:
  bool was_seen_;
};

/// The steps by which an operation of a history begins and ends. Outside of an exploration they are nothing.
void begin_operation(const void* history, const void* called_at) noexcept;
void end_operation(const void* history, const void* called_at) noexcept;

/// The last step that a thread has made; outside of an execution, where there are none, how many moments came before.
struct moment {
  unsigned thread = 0;
  std::uint64_t steps = 0;
  bool is_outside = false;
};
moment now() noexcept;

/// From the step by which an operation begins to that by which it ends. Outside of an exploration, from the one moment to the
/// other.
struct interval {
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  std::uint64_t first = 0;
  std::uint64_t last = never;
};
interval time_between(const moment& begin, const moment& end) noexcept;
interval time_since(const moment& begin) noexcept;  // of an operation that has not ended

/// Makes the execution a failed one; outside of an exploration it prints the text and aborts.
[[noreturn]] void fail(const char* text, const void* called_at) noexcept;

}  // namespace recording

/// An operation as it was recorded.
template <class Model>
struct recorded_operation {
  typename Model::operation what;
  std::optional<typename Model::answer> got{};  // none: it threw or had not ended, and may have had its effect or not
  unsigned thread = 0;
  recording::interval time{};
};

/// The search for an order: Wing and Gong, JPDC 17, 1993, with a memory of the states that led to nothing.
template <class Model>
class linearization {
 public:
  static constexpr std::size_t most = 64;
  using operations = std::vector<recorded_operation<Model>>;

  /// At most `most` operations, those of each thread in their order.
  linearization(const operations& given, Model begin) : operations_(given), begin_(std::move(begin)) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      for (std::size_t k = 0; k < given.size(); ++k) {
        if (is_before(k, i)) before_[i] |= bit(k);
        if (given[k].thread == given[i].thread && k > i) later_of_thread_[i] |= bit(k);
      }
      if (given[i].got) answered_ |= bit(i);
    }
  }

  /// The operations in such an order, those of `without` left out; nothing if there is none.
  std::optional<std::vector<std::size_t>> find(std::uint64_t without = 0) {
    tried_.clear();
    order_.clear();
    left_out_ = without;
    if (!extend(without, begin_)) return std::nullopt;
    return order_;
  }

  static std::uint64_t bit(std::size_t number) { return std::uint64_t{1} << number; }

 private:
  bool is_before(std::size_t a, std::size_t b) const {
    if (operations_[a].time.last < operations_[b].time.first) return true;
    return operations_[a].thread == operations_[b].thread && a < b;
  }

  // One without an answer may never have had its effect: nothing waits for it. What its thread did later came after it.
  bool may_be_next(std::size_t i, std::uint64_t done) const {
    return (before_[i] & answered_ & ~done) == 0 && (later_of_thread_[i] & done & ~left_out_) == 0;
  }

  bool extend(std::uint64_t done, const Model& state) {
    if ((answered_ & ~done) == 0) return true;
    std::vector<Model>& tried = tried_[done];
    for (const Model& each : tried) {
      if (each == state) return false;
    }
    tried.push_back(state);
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if ((done & bit(i)) != 0 || !may_be_next(i, done)) continue;
      Model next = state;
      const auto answer = next.apply(operations_[i].what);
      if (operations_[i].got && !(answer == *operations_[i].got)) continue;
      order_.push_back(i);
      if (extend(done | bit(i), next)) return true;
      order_.pop_back();
    }
    return false;
  }

  const operations& operations_;
  Model begin_;
  std::array<std::uint64_t, most> before_{};
  std::array<std::uint64_t, most> later_of_thread_{};
  std::uint64_t answered_ = 0;
  std::uint64_t left_out_ = 0;
  std::map<std::uint64_t, std::vector<Model>> tried_;
  std::vector<std::size_t> order_;
};

/// Why no order fits, as text: the operations of each thread, and the one that fits nowhere, if it is one. Empty: one fits.
template <class Model>
std::string misfit(const std::vector<recorded_operation<Model>>& given, const Model& begin) {
  linearization<Model> search(given, begin);
  if (search.find()) return {};
  const auto text_of = [&](std::size_t i) {
    return Model::describe(given[i].what, given[i].got ? &*given[i].got : nullptr);
  };
  const auto thread_of = [&](std::size_t i) {
    return given[i].thread == 0 ? std::string("main") : "thread " + std::to_string(given[i].thread);
  };
  std::string text = "no order of these operations, one after the other, gives these answers\n";
  std::map<unsigned, std::string> threads;
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::string& line = threads[given[i].thread];
    line += (line.empty() ? thread_of(i) + ": " : ", ") + text_of(i);
  }
  for (const auto& [number, line] : threads) text += line + "\n";
  for (std::size_t i = given.size(); i-- != 0;) {
    const auto others = given[i].got ? search.find(search.bit(i)) : std::nullopt;
    if (!others) continue;
    text += text_of(i) + " of " + thread_of(i) + " fits nowhere; the others, in order:";
    for (const std::size_t each : *others) text += (each == others->front() ? " " : ", ") + text_of(each);
    return text + (others->empty() ? " none\n" : "\n");
  }
  return text + "and leaving out one of them is not enough\n";
}

/// The operations of one object. An operation begins with a step and ends with one, so that a search tries each end before and
/// after the beginnings of other threads: a complete one has checked every order in time, also where the operations touch
/// different words. That costs executions. The steps make nothing visible to another thread: they happen in no order, and
/// hide no data race.
///
/// Model: a type like the one above, which can be copied; an answer, too, and compared by ==.
template <class Model>
class history {
 public:
  using operation = typename Model::operation;
  using answer = typename Model::answer;
  static constexpr std::size_t most = linearization<Model>::most;

  /// `begin`: how the object is at first.
  explicit history(Model begin = Model()) : begin_(std::move(begin)) {}

  /// Calls `call`, which does `what` and returns the answer.
  /// Returns:  the answer.
  /// Errors:   those of `call`: then the operation has no answer. More than 64 operations make the execution a failed one.
  template <class Call>
  [[gnu::noinline]] answer record(operation what, Call&& call) {
    const void* const called_at = __builtin_return_address(0);
    const std::size_t number = begin(std::move(what), called_at);
    answer got = std::forward<Call>(call)();
    end(number, got, called_at);
    return got;
  }

  /// Makes the execution a failed one if no order gives these answers, and its report shows the history. When no thread
  /// records any more.
  [[gnu::noinline]] void check() const {
    const recording::unseen from_here;
    const std::string text = misfit(recorded(), begin_);
    if (!text.empty()) recording::fail(text.c_str(), __builtin_return_address(0));
  }

 private:
  struct entry {
    operation what;
    recording::moment begin;
    recording::moment end{};
    std::optional<answer> got{};
  };

  std::size_t begin(operation&& what, const void* called_at) {
    recording::begin_operation(this, called_at);
    const recording::unseen from_here;
    const std::size_t number = count_.fetch_add(1, std::memory_order_relaxed);
    if (number >= most) recording::fail("a history has room for 64 operations, and there are more", called_at);
    entries_[number].emplace(entry{std::move(what), recording::now()});
    return number;
  }

  void end(std::size_t number, const answer& got, const void* called_at) {
    recording::end_operation(this, called_at);
    const recording::unseen from_here;
    entries_[number]->end = recording::now();
    entries_[number]->got.emplace(got);
  }

  std::vector<recorded_operation<Model>> recorded() const {
    std::vector<recorded_operation<Model>> result;
    for (std::size_t i = 0; i < count_.load(std::memory_order_relaxed); ++i) {
      const entry& each = *entries_[i];
      result.push_back({each.what, each.got, each.begin.thread,
                        each.got ? recording::time_between(each.begin, each.end) : recording::time_since(each.begin)});
    }
    return result;
  }

  Model begin_;
  std::atomic<std::size_t> count_{0};
  std::array<std::optional<entry>, most> entries_;
};

}  // namespace explore
