/// Which values a load may find where it need not be the newest one: a machine of messages and clocks.
///
/// STATE  the messages of an atomic object      in the order of execution, which is taken for the order of modification
///
///   A store makes a message, and so does a read-modify-write, which reads the newest one. What the object held before the
///   first of them is a message without a writer. Of the newest message the value lies in the object's own memory, and what
///   it releases in object::sync; both come here when a newer one is made. Under sequential consistency there are no others,
///   and nothing of this is kept.
///
/// INVARIANTS
///   M1  a thread may read a message if it knows of no newer one
///   M2  it knows of a message that it has written or read, and of one of which somebody knew before something that happens
///       before now: so message::seen has for each thread the moment from which it knew, in the counts of vector_clock, and
///       the clock that answers for races answers for this
///   M3  what was known before a sequentially consistent fence is known after each later one, and to what that happens
///       before; yet no fence makes a store happen before anything: races are judged without the fences
///   M4  a sequentially consistent access makes its message known to every later one, and after every later such fence
///
///   M3 and M4 are the order S of the C++ standard ([atomics.order], 4), taken as the order of execution.
///
/// TRANSITIONS
///   begin    no messages, no fences
///   newest   the object's memory was written past the model, or is new -> one message, which holds what is there
///   look     message::seen and message::fences of the message that was read, and nothing else
///   append   a newest message, seen by its writer only
///   fence    its clock is what its thread knows, and what each fence before it knew
#pragma once

#include <cstdint>

#include "step.hpp"
#include "vector_clock.hpp"

namespace explore {

struct message {
  static constexpr std::uint32_t nowhere = 0xffff'ffff;
  std::uint64_t value;
  std::uint32_t older;   // 0: none
  std::uint32_t fences;  // made before a sequentially consistent access first touched it; nowhere: none has
  vector_clock release;  // what a thread that acquires it comes to know
  vector_clock seen;     // 0: never
};

/// A thread at an atomic operation.
struct onlooker {
  unsigned thread;
  bool is_ordered;  // the operation is sequentially consistent
  const vector_clock& happened;
};

class weak_memory {
 public:
  static constexpr unsigned most_readable = 64;  // from so many a load chooses

  /// Room for executions of so many steps. False: no memory.
  bool map(std::uint32_t steps) noexcept;
  void begin() noexcept;

  /// What the object holds, `value` being in its memory.
  message& newest(object& of, std::uint64_t value, std::uint8_t size) noexcept;
  /// How many messages may be read, the newest one included; of more than most_readable, one more than that. newest() comes
  /// first.
  unsigned readable(const object& of, const onlooker& by) const noexcept;
  /// The newest message is at 0.
  message& at(const object& of, unsigned back) noexcept;
  /// Whether the thread comes to know of a change by it: not of what was stored over the same value.
  bool look(message& at, const onlooker& by) noexcept;
  /// `value` is about to be written. newest() comes first, and what the writer releases goes to object::sync afterwards.
  void append(object& to, std::uint64_t value, const onlooker& by) noexcept;
  /// A sequentially consistent fence. The thread's own count in its clock grows before its next step.
  /// Whether later fences know more by it.
  bool fence(const onlooker& by) noexcept;
  /// Whether a sequentially consistent load may make a message known that no such operation has touched.
  bool has_news(const object& of) const noexcept {
    const message& newest = messages_[of.newest];
    return of.newest != 0 && newest.older != 0 && newest.fences == message::nowhere;
  }

 private:
  struct fence_made {
    std::uint16_t epoch;
    std::uint8_t thread;
    vector_clock known;
  };
  std::uint32_t last_fence_before(const vector_clock& happened) const noexcept;
  message& make(object& of, std::uint64_t value) noexcept;

  message* messages_ = nullptr;  // the first one is not used
  fence_made* fences_ = nullptr;
  std::uint32_t message_count_ = 1;
  std::uint32_t fence_count_ = 0;
  std::uint32_t has_news_ = 0;  // threads that have come to know a message since their last fence, a bit each
};

}  // namespace explore
