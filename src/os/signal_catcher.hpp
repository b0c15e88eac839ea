#pragma once

#include "os/signal_marks_word.hpp"

namespace quiesce::inline v0::os {

/// Tells a descriptor of POSIX signals, for the whole process. No thread has to block a signal for it: a handler marks
/// the signal, makes the descriptor readable, and then calls the handler that was there before.
///
/// While a signal is caught its default action (mostly: the end of the process) does not happen, and system calls that
/// it interrupts go on. A handler that somebody else installs meanwhile is left where it is, and whether it calls ours
/// is up to it. If it does and stays, ours stays below it, and the default action does not come back.
class signal_catcher {
 public:
  /// Catches `number` until release() was called as often.
  /// Errors:  std::invalid_argument for a signal that the failing instruction itself raises (SIGSEGV, SIGBUS, SIGFPE,
  ///          SIGILL, SIGTRAP): the program cannot go on after it, so there is nobody to tell. std::system_error for
  ///          one that the system lets nobody catch, with the number in its text. Nothing has changed then.
  static void catch_signal(int number);

  /// Takes back one catch_signal(). After the last the earlier action stands again.
  static void release(int number) noexcept;

  /// Readable when a signal was caught that was not taken yet. Exists from the first catch_signal() on, for ever: a
  /// handler may be about to write to it on any thread.
  static int descriptor() noexcept;

  /// Takes all marks and makes the descriptor unreadable.
  /// Orders:  what a thread did before it sent a signal to itself happens before the return that tells of the signal.
  static signal_marks take_marked() noexcept;
};

}  // namespace quiesce::inline v0::os
