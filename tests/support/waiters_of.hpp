#pragma once

#include <cstddef>

#include "quiesce/handle.hpp"
#include "wait/queue_lock.hpp"

namespace support {

/// Looks at what waits look like from inside, so that tests wait for a state instead of a time.
class waiters_of : public quiesce::waitable {
 public:
  /// Whether somebody stands in the queue of the object.
  static bool any(quiesce::handle_ref handle) {
    return (word(*handle.object()).load() & quiesce::object_word::waiting) != 0;
  }
  static std::uint64_t raw_word(quiesce::handle_ref handle) { return word(*handle.object()).load(); }

  /// Of a mutex: nobody owns it, and nobody did who has ended.
  static bool is_free(quiesce::handle_ref mutex) { return raw_word(mutex) == 0; }

  /// How many stand in it.
  static std::size_t count(quiesce::handle_ref handle) {
    quiesce::queue_lock lock(*handle.object());
    return lock.count_waiters();
  }

 private:
  static std::atomic<std::uint64_t>& word(quiesce::waitable& object) { return object.*(&waiters_of::word_); }
};

}  // namespace support
