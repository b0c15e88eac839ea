#include "wait/thread_record.hpp"

#include <pthread.h>

#include <atomic>
#include <system_error>

#include "base/contract.hpp"
#include "os/staying_code.hpp"

namespace quiesce::inline v0 {
namespace {

const os::staying_code of_keys;  // any thread may end and call end()

constinit std::atomic<std::uint64_t> last_number{0};

// A key of the thread-specific values and not a thread_local object with a destructor: these are destroyed before the
// values of keys, so what they still unlock is not abandoned; and a key can be set anew while the thread ends.
pthread_key_t make_key(void (*at_end)(void*)) {
  pthread_key_t key;
  const int refused = ::pthread_key_create(&key, at_end);
  if (refused != 0) throw std::system_error(refused, std::generic_category(), "quiesce: no thread-specific key");
  return key;
}

pthread_key_t end_key(void (*at_end)(void*)) {
  static const pthread_key_t key = make_key(at_end);
  return key;
}

}  // namespace

thread_record& thread_record::current() noexcept {
  static thread_local constinit thread_record record;
  return record;
}

std::uint64_t thread_record::draw_number() noexcept {
  number_ = last_number.fetch_add(1, std::memory_order_relaxed) + 1;
  return number_;
}

void thread_record::prepare_owning() { static_cast<void>(end_key(end)); }

void thread_record::watch_end() noexcept {
  if (::pthread_setspecific(end_key(end), this) != 0) base::bug("there is no memory to notice the end of a thread");
  watches_end_ = true;
}

// Newest first, as scopes would have released them.
void thread_record::end(void* given) noexcept {
  thread_record& record = *static_cast<thread_record*>(given);
  record.watches_end_ = false;  // what is owned from now on sets the key anew
  while (owned_by_thread* const object = record.newest_owned) {
    record.disown(*object);
    object->abandon();
  }
}

}  // namespace quiesce::inline v0
