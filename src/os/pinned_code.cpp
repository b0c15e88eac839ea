#include "os/pinned_code.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "os/thread.hpp"

namespace quiesce::inline v0::os {

struct pinned_code::pin {
  void* handle;
  pin* next = nullptr;
};

namespace {

// What is to be closed. Constant-initialised and without destructors: libraries come and go before and after main().
constinit std::mutex mutex;
constinit void* left = nullptr;       // a list of pins
constinit bool being_closed = false;  // there is a thread that closes what is left, and looks once more before it ends
// A hint, written under the mutex: stops of programs that have no libraries take no lock. Who let go tells by other means
// those for whom it has to be true.
constinit std::atomic<bool> any_left{false};

// An object, and where it is mapped. All null when there is none.
struct mapped_object {
  const link_map* object = nullptr;
  std::uintptr_t begin = 0;
  std::uintptr_t size = 0;

  static mapped_object of(const void* code) noexcept {
    dl_find_object found;
    if (_dl_find_object(const_cast<void*>(code), &found) != 0) return {};
    const auto begin = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
    return {found.dlfo_link_map, begin, reinterpret_cast<std::uintptr_t>(found.dlfo_map_end) - begin};
  }
  bool holds(const void* code) const noexcept { return reinterpret_cast<std::uintptr_t>(code) - begin < size; }
};

void* open_again(const void* code) noexcept;

// The program, and whatever holds this library (see staying_code), are never unloaded: they are looked for once.
bool lies_in_what_stays(const void* code) noexcept {
  struct both {
    mapped_object own = mapped_object::of(reinterpret_cast<const void*>(&open_again));
    mapped_object program = mapped_object::of(reinterpret_cast<const void*>(::getauxval(AT_PHDR)));
  };
  static const both staying;
  return staying.own.holds(code) || staying.program.holds(code);
}

// Null if it cannot be, or need not be.
void* open_again(const void* code) noexcept {
  if (lies_in_what_stays(code)) return nullptr;
  const link_map* const object = mapped_object::of(code).object;
  if (object == nullptr || object->l_name == nullptr || *object->l_name == '\0') return nullptr;  // the program
  // By its name: the loader compares names first, and so finds the object though its file has been replaced.
  void* const handle = ::dlopen(object->l_name, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr || handle == object) return handle;
  ::dlclose(handle);
  return nullptr;
}

}  // namespace

pinned_code::pinned_code(const void* code) {
  void* const handle = code != nullptr ? open_again(code) : nullptr;
  if (handle == nullptr) return;
  try {
    pin_ = new pin{handle};
  } catch (...) {
    ::dlclose(handle);  // not the last reference: the caller runs code of it
    throw;
  }
}

void pinned_code::leave(pin& done) noexcept {
  const std::lock_guard hold(mutex);
  done.next = static_cast<pin*>(left);
  left = &done;
  any_left.store(true, std::memory_order_relaxed);
}

void pinned_code::close_all() noexcept {
  if (!any_left.load(std::memory_order_relaxed)) return;
  pin* each;
  {
    const std::lock_guard hold(mutex);
    each = static_cast<pin*>(std::exchange(left, nullptr));
    any_left.store(false, std::memory_order_relaxed);
  }
  while (each != nullptr) {
    const std::unique_ptr<pin> closed(std::exchange(each, each->next));
    ::dlclose(closed->handle);
  }
}

void pinned_code::see_to_closing() noexcept {
  if (!any_left.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard hold(mutex);
    if (left == nullptr || std::exchange(being_closed, true)) return;
  }
  try {
    thread::start(
        "quiesce-close", [](void* none) { close_until_none(none); }, nullptr)
        .detach();
  } catch (...) {
    const std::lock_guard hold(mutex);
    being_closed = false;
  }
}

void pinned_code::close_until_none(void*) noexcept {
  for (;;) {
    close_all();
    const std::lock_guard hold(mutex);
    if (left != nullptr) continue;
    being_closed = false;
    return;
  }
}

}  // namespace quiesce::inline v0::os
