/// Which thread makes the next step: one class for each way to search.
#pragma once

#include <cstddef>
#include <cstdint>

#include "step.hpp"

namespace explore {

class engine;

/// What a search is asked before each step.
struct crossroads {
  std::uint32_t position;  // steps so far
  std::uint32_t enabled;   // threads that can make a step, a bit each
  std::uint32_t by_time;   // those of them whose step is that time passes
  unsigned running;        // the thread that made the last step
  unsigned by_default;     // the choice that is no deviation
  std::uint64_t history;   // equal histories lead to equal futures
};

class search {
 public:
  static constexpr int drop = -1;
  static constexpr int lost = -2;

  virtual ~search() = default;
  /// Before the first execution. False: there is none to make.
  virtual bool begin() noexcept { return true; }
  /// A thread of `enabled`; drop: other executions stand for this one; lost: the program took another course than before.
  virtual int choose(const engine& in, const crossroads& at) noexcept = 0;
  /// Which of the messages that the step may read it does read, 0 being the newest; or lost.
  virtual int pick(const engine& in, unsigned messages) noexcept = 0;
  /// The same for values of which none is usual: what choose() answers.
  virtual int pick_value(const engine& in, unsigned values) noexcept { return pick(in, values); }
  /// A step was made; `done` is what it really touched, and `made` has its clock.
  virtual void made(const engine&, const operation& /*done*/, const event& /*made*/) noexcept {}
  /// The step before the one that is made ends a wait that could also have ended by a time-out of this thread.
  virtual void competes(const engine&, unsigned /*thread*/) noexcept {}
  /// After an execution. False: there is no other.
  virtual bool advance(const engine& in) noexcept = 0;
  /// Whether nothing was left out when advance() had said false.
  virtual bool is_complete() const noexcept { return false; }
};

/// A stack of choices, for the searches that come back to them. Its memory is mapped, not allocated.
struct choice {
  std::uint32_t enabled;
  std::uint32_t asleep;     // need not be tried: what they lead to has been explored
  std::uint32_t wanted;     // to be tried
  std::uint32_t tried;      // before the present one
  std::uint32_t signature;  // of all before it, to tell when a program takes another course
  std::uint8_t chosen;
  std::uint8_t by_default;
  std::uint16_t message;   // that the step reads, or the value that it has been given
  std::uint16_t messages;  // that it could read; 0: it is not known yet, or the step reads none
  std::uint16_t cost;      // deviations up to here, this one included

  bool has_another_message() const noexcept { return message + 1 < messages; }
  void take_thread(unsigned thread) noexcept {
    chosen = static_cast<std::uint8_t>(thread);
    message = messages = 0;
  }
  int take_message(unsigned of) noexcept;
};

bool is_same(const choice& known, const crossroads& at) noexcept;

/// A step of an execution that is known, in a number: its thread, and the message that it reads or the value that it is given.
namespace step_choice {
inline constexpr unsigned most_messages = 0xffff;
inline constexpr unsigned messages_begin = 5;
constexpr unsigned thread(unsigned of) noexcept { return of % (1U << messages_begin); }
constexpr unsigned message(unsigned of) noexcept { return of >> messages_begin; }
constexpr unsigned with_message(unsigned of, unsigned message) noexcept { return of | message << messages_begin; }
}  // namespace step_choice

class choice_stack {
 public:
  explicit choice_stack(std::size_t most) noexcept;
  choice_stack(const choice_stack&) = delete;
  choice_stack& operator=(const choice_stack&) = delete;
  ~choice_stack();
  choice& operator[](std::size_t at) noexcept { return memory_[at]; }
  const choice& operator[](std::size_t at) const noexcept { return memory_[at]; }
  choice& top() noexcept { return memory_[size_ - 1]; }
  void push(const choice& made) noexcept { memory_[size_++] = made; }
  void pop() noexcept { --size_; }
  void clear() noexcept { size_ = 0; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  choice* memory_;
  std::size_t most_;
  std::size_t size_ = 0;
};

/// Deviations 0, 1, 2, ... up to a bound; prefixes with equal histories are continued once.
class bounded_search final : public search {
 public:
  bounded_search(std::size_t steps, std::uint32_t most_deviations) noexcept;
  ~bounded_search() override;
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  bool advance(const engine& in) noexcept override;
  bool is_complete() const noexcept override { return finished_; }
  std::uint32_t bound() const noexcept { return bound_; }
  /// Whether an execution has come to its end that had as many deviations.
  bool has_begun_bound() const noexcept { return has_begun_; }

 private:
  struct visited {
    std::uint64_t history;
    std::uint32_t budget_and_one;  // what was left when it was continued; 0: free place
  };
  static constexpr std::size_t places = std::size_t{1} << 22;
  bool visit(std::uint64_t history, std::uint32_t budget) noexcept;

  choice_stack path_;
  std::uint32_t most_;
  std::uint32_t bound_ = 0;
  visited* visited_;
  std::size_t used_ = 0;
  bool has_begun_ = false;
  bool cut_ = false;  // at this bound something was left for the next one
  bool finished_ = false;
};

/// One execution whose choices are known.
class replayed_search final : public search {
 public:
  /// `choices` has a step_choice for each step, and stays; steps after it take the default.
  replayed_search(const std::uint32_t* choices, std::size_t count) noexcept : choices_(choices), count_(count) {}
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  bool advance(const engine&) noexcept override { return false; }

 private:
  const std::uint32_t* choices_;
  std::size_t count_;
};

/// One execution that is known by its deviations.
class scheduled_search final : public search {
 public:
  struct deviation {
    std::uint32_t position;
    std::uint32_t choice;  // a step_choice
  };
  scheduled_search(const deviation* deviations, std::size_t count) noexcept : deviations_(deviations), count_(count) {}
  int choose(const engine& in, const crossroads& at) noexcept override;
  int pick(const engine& in, unsigned messages) noexcept override;
  bool advance(const engine&) noexcept override { return false; }

 private:
  const deviation* deviations_;
  std::size_t count_;
  std::size_t next_ = 0;
  unsigned message_ = 0;  // of the step that is made now
};

}  // namespace explore
