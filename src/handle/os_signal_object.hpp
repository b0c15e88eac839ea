#pragma once

#include "quiesce/event_object.hpp"
#include "reactor/reactor.hpp"

namespace quiesce::inline v0 {

class signal_dispatch;

/// The object behind an os_signal: an auto-reset event that the dispatch of signals sets.
class os_signal_object final : public event_object {
 public:
  /// Catches the signal from now on. Errors: those of os::signal_catcher and of the reactor.
  explicit os_signal_object(int number);

 private:
  friend class signal_dispatch;
  ~os_signal_object() override = default;
  void last_reference_dropped() noexcept override;

  const int number_;
  reactor::reactor::reference reactor_;
  os_signal_object* next_ = nullptr;      // guarded by the lock of the dispatch
  os_signal_object* next_set_ = nullptr;  // guarded by the dispatch's calling_
};

/// What a reactor calls when signals have arrived: one for the process, whichever reactor runs. Reactors get it by
/// add(); it has a name for the tests, which call it as the thread of a second reactor would.
reactor::source& signal_source() noexcept;

}  // namespace quiesce::inline v0
