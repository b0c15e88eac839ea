/// Atomic objects of sizes for which the compiler has no instruction, and calls libatomic. That changes those of less than 16
/// bytes by instructions which nobody sees: they are refused. Larger ones are kept behind mutexes, as libatomic does, which
/// are modelled like any other.
#include <pthread.h>

#include <cstddef>
#include <cstring>

#include "hooks.hpp"

namespace explore {
namespace {

class [[nodiscard]] locked {
 public:
  locked(std::size_t size, void* object, std::uintptr_t pc) noexcept
      : mutex_(of(object)), size_(size), object_(object), pc_(pc) {
    constexpr std::size_t most_without_mutex = 16;
    if (size <= most_without_mutex && is_explored()) {
      active->self().pending.pc = pc;
      active->fail(verdict::not_modelled, "the program uses an atomic object of %zu bytes, which cannot be explored",
                   size);
    }
    ::pthread_mutex_lock(&mutex_);
  }
  locked(const locked&) = delete;
  locked& operator=(const locked&) = delete;
  ~locked() { ::pthread_mutex_unlock(&mutex_); }

  void load(void* to, op what) const noexcept {
    touches(touch::atomic_read, what);
    touches(to, touch::write, op::plain_write);
    copy_bytes(to, object_, size_);
  }
  void store(const void* from, op what) const noexcept {
    touches(from, touch::read, op::plain_read);
    touches(touch::atomic_write, what);
    copy_bytes(object_, from, size_);
  }
  bool holds(const void* expected) const noexcept {
    touches(expected, touch::read, op::plain_read);
    return std::memcmp(object_, expected, size_) == 0;
  }

 private:
  static pthread_mutex_t& of(const void* object) noexcept {
    static constinit pthread_mutex_t all[8]{};  // zero is an initial mutex
    constexpr std::size_t line = 64;
    return all[reinterpret_cast<std::uintptr_t>(object) / line % (sizeof all / sizeof *all)];
  }

  void touches(touch how, op what) const noexcept { touches(object_, how, what); }
  void touches(const void* memory, touch how, op what) const noexcept {
    if (!is_explored()) return;
    active->self().pending.pc = pc_;
    active->touch_memory(number(memory), size_, how, what);
  }

  pthread_mutex_t& mutex_;
  const std::size_t size_;
  void* const object_;
  const std::uintptr_t pc_;
};

}  // namespace

// By the names of the linker: to the compiler these are its own. Weak: libatomic may be linked, too.
extern "C" {

[[gnu::weak]] void load_atomic(std::size_t size, void* from, void* to, int order) asm("__atomic_load");
void load_atomic(std::size_t size, void* from, void* to, int) {
  locked(size, from, EXPLORE_CALLED_AT).load(to, op::load);
}

[[gnu::weak]] void store_atomic(std::size_t size, void* to, const void* from, int order) asm("__atomic_store");
void store_atomic(std::size_t size, void* to, const void* from, int) {
  locked(size, to, EXPLORE_CALLED_AT).store(from, op::store);
}

[[gnu::weak]] void exchange_atomic(std::size_t size, void* at, const void* from, void* to,
                                   int order) asm("__atomic_exchange");
void exchange_atomic(std::size_t size, void* at, const void* from, void* to, int) {
  const locked hold(size, at, EXPLORE_CALLED_AT);
  hold.load(to, op::exchange);
  hold.store(from, op::exchange);
}

[[gnu::weak]] bool compare_exchange_atomic(std::size_t size, void* at, void* expected, const void* from, int if_equal,
                                           int if_not) asm("__atomic_compare_exchange");
bool compare_exchange_atomic(std::size_t size, void* at, void* expected, const void* from, int, int) {
  const locked hold(size, at, EXPLORE_CALLED_AT);
  const bool is_equal = hold.holds(expected);
  is_equal ? hold.store(from, op::compare_exchange) : hold.load(expected, op::compare_exchange);
  return is_equal;
}

}  // extern "C"
}  // namespace explore
