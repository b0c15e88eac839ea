#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "pool/pool_core.hpp"
#include "pool/run_word.hpp"
#include "quiesce/callback_scope.hpp"
#include "quiesce/event_object.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/unique_function.hpp"
#include "reactor/deadline_entry.hpp"
#include "wait/waiter.hpp"

namespace quiesce::inline v0 {

/// A registered wait behind its handle. Its states, and who may do what in which, are those of run_word; this class does
/// what the outcomes of that word ask for. As an event it is signalled when the wait has stopped.
class registration final : public event_object, private wait_block, private reactor::deadline_entry, public work_item {
 public:
  using function = unique_function<void(callback_scope&)>;

  /// One reference, the caller's. On a pool that is stopping it is born closed.
  static registration& create(pool_core& pool, function callback, const std::string& name, run_word::mode how,
                              time_limit again_limit);

  arm_status arm(waitable& object, deadline until, const std::source_location& where) noexcept;
  bool disarm() noexcept;
  void request_stop() noexcept;
  /// What a stop did, and what its closing step met.
  struct stop_report {
    stop_result result;
    std::uint64_t running = 0;  // callbacks that were running
    std::uint64_t pending = 0;  // fires that had not begun
  };
  stop_report stop_until(deadline until) noexcept;

  // For the list of the pool, under its lock.
  void link_into(registration*& list) noexcept;
  void unlink_from(registration*& list) noexcept;

 private:
  registration(pool_core& pool, function callback, run_word::mode how, time_limit again_limit) noexcept;
  ~registration() override;

  claimed claim(waiter& place, wait_status how) noexcept override;  // by a signaller
  void tell(waiter& place) noexcept override;
  bool claim_expiry() noexcept override;  // by the reactor
  void tell_expiry() noexcept override;
  void run() noexcept override;  // by a worker

  // One transition of the run word: the loop around the compare-exchange.
  template <class Transition>
  run_word::move step(Transition transition) noexcept;
  template <class Transition>
  run_word::move step_when_not_busy(Transition transition) noexcept;

  arm_status link(waitable& object, deadline until, bool has_reference) noexcept;
  void unlink() noexcept;
  void let_go() noexcept;
  void arm_again() noexcept;
  stop_report close(bool drop) noexcept;
  bool await_stopped(deadline until, std::size_t& dropped) noexcept;
  void call(wait_status how) noexcept;
  void finish() noexcept;
  void drop_references(std::uint64_t count) noexcept;

  std::atomic<std::uint64_t> run_{0};
  const run_word::mode mode_;
  bool is_member_ = false;                   // constant after creation
  bool is_listed_ = false;                   // guarded by the lock of the pool
  bool has_deadline_ = false;                // busy: a deadline was scheduled and may still be
  pool_core& pool_;                          // owned reference
  registration* next_member_ = nullptr;      // guarded by the lock of the pool
  registration* previous_member_ = nullptr;  // guarded by the lock of the pool
  waitable* object_ = nullptr;               // busy: what it was armed with last; owned reference
  const time_limit again_limit_;
  waiter place_;
  function callback_;

  friend class callback_scope;
};

}  // namespace quiesce::inline v0
