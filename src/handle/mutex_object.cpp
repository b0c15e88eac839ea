#include "handle/mutex_object.hpp"

#include "base/contract.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/wait.hpp"
#include "wait/state_lock.hpp"

namespace quiesce::inline v0 {

take_outcome mutex_object::try_take() noexcept {
  thread_record& record = thread_record::current();
  const std::uint64_t taker = record.number();
  std::uint64_t seen = 0;  // a guess: free, as it mostly is
  for (;;) {
    const mutex_word::move move = mutex_word::on_take(seen, taker);
    switch (move.outcome) {
      case mutex_word::step::held: return take_outcome::nothing;
      case mutex_word::step::too_often: return take_outcome::too_often;
      case mutex_word::step::slow: {
        const take_outcome outcome = try_take_slowly();
        if (outcome != take_outcome::nothing) taken_for_this_thread();
        return outcome;
      }
      default: break;
    }
    // order: acquire. What the last owner did before it gave the mutex back is seen.
    // pairs: the release of give_back(), or of the unlock of the object's word.
    // not:   relaxed, under which the mutex would guard nothing.
    // shown: tests/explore/mutex_test.cpp, GuardsWhatTwoThreadsChange
    if (!word_.compare_exchange_weak(seen, move.next, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (mutex_word::owner(seen) == 0) record.own(*this);
    return take_outcome::taken;
  }
}

bool mutex_object::is_taken_too_often() const noexcept {
  const std::uint64_t seen = word_.load(std::memory_order_relaxed);  // by I2 exact, if it is this thread's
  return mutex_word::owner(seen) == thread_record::current().number() && mutex_word::depth(seen) == mutex_word::deepest;
}

// Taken in this thread's name under the lock, by itself or another. Not new if it owned the mutex before.
void mutex_object::taken_for_this_thread() noexcept {
  if (mutex_word::depth(word_.load(std::memory_order_relaxed)) == 1) thread_record::current().own(*this);
}

bool mutex_object::give_back() noexcept {
  thread_record& record = thread_record::current();
  std::uint64_t seen = word_.load(std::memory_order_relaxed);
  bool disowned = false;
  for (;;) {
    const mutex_word::move move = mutex_word::on_give_back(seen, record.number());
    if (move.outcome == mutex_word::step::not_owned) return false;
    if (move.outcome == mutex_word::step::slow) break;
    if (move.outcome == mutex_word::step::freed && !disowned) {
      record.disown(*this);  // before the next owner can put it into his list
      disowned = true;
    }
    // order: release. What was done under the mutex is seen by the next owner. Last touch of the object.
    // pairs: the acquire of try_take().
    // not:   relaxed, under which the mutex would guard nothing.
    // shown: tests/explore/mutex_test.cpp, GuardsWhatTwoThreadsChange
    if (word_.compare_exchange_weak(seen, move.next, std::memory_order_release, std::memory_order_relaxed)) return true;
  }
  if (disowned) record.own(*this);
  return signal_once() == signal_outcome::signalled;
}

// By the calling thread, which owns it or not.
signal_outcome mutex_object::signal(std::uint64_t& word) noexcept {
  thread_record& record = thread_record::current();
  const mutex_word::move move = mutex_word::on_give_back_locked(word, record.number());
  if (move.outcome == mutex_word::step::not_owned) return signal_outcome::not_owned;
  if (move.outcome == mutex_word::step::freed) record.disown(*this);
  word = move.next;
  return signal_outcome::signalled;
}

void mutex_object::abandon() noexcept {
  claimed_waiters claimed;
  bool orphan;
  {
    state_lock lock(*this);
    orphan = mutex_word::is_orphan(lock.word());
    lock.set_word(mutex_word::freed(lock.word(), true));
    lock.settle(claimed);
  }  // Last touch of the object, unless it is an orphan, which nobody else reaches (I4).
  claimed.tell();
  if (orphan) waitable::last_reference_dropped();
}

void mutex_object::callback_begins() noexcept {
  thread_record& record = thread_record::current();
  {
    state_lock lock(*this);
    lock.set_word(mutex_word::owned_once(lock.word(), record.number()));
  }
  record.own(*this);
}

void mutex_object::callback_returned() noexcept {
  thread_record& record = thread_record::current();
  if (mutex_word::owner(word_.load(std::memory_order_relaxed)) != record.number()) return;  // exact, by I2
  record.disown(*this);
  abandon();
}

// What the callback would have been told is left to the next one.
void mutex_object::callback_dropped(claimed_waiters& to_tell) noexcept {
  state_lock lock(*this);
  lock.set_word(mutex_word::freed(lock.word(), held.was_abandoned));
  lock.settle(to_tell);
}

void mutex_object::last_reference_dropped() noexcept {
  {
    state_lock lock(*this);
    if (mutex_word::owner(lock.word()) != 0) return lock.set_word(lock.word() | mutex_word::orphan);
  }
  waitable::last_reference_dropped();
}

namespace {

mutex_object* make() {
  thread_record::prepare_owning();
  return new mutex_object;
}

}  // namespace

mutex::mutex() : handle(make()) {}

void mutex::lock(std::source_location where) {
  const take_outcome outcome = static_cast<mutex_object&>(object_or_throw(where)).try_take();
  if (outcome == take_outcome::taken || outcome == take_outcome::abandoned) return;
  static_cast<void>(wait(*this, {}, where));
}

bool mutex::try_lock(std::source_location where) { return static_cast<bool>(try_wait(*this, where)); }

bool mutex::try_lock_until(deadline until, std::source_location where) {
  return static_cast<bool>(wait_until(*this, until, {}, where));
}

void mutex::unlock(std::source_location where) {
  auto& object = static_cast<mutex_object&>(object_or_throw(where));
  if (!object.give_back()) {
    base::misuse("a mutex was unlocked by a thread that does not own it", object.name(), where);
  }
}

}  // namespace quiesce::inline v0
