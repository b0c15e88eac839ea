#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>

namespace quiesce::inline v0 {

/// What becomes of an exception that leaves a callback. None is lost, and none ends a worker.
enum class on_exception : std::uint8_t {
  terminate,  ///< std::terminate, at the place of the throw: nothing is unwound, the debugger shows who threw. On the
              ///< signalling thread signalling, which is noexcept, terminates: the callback is unwound before that
  handler,    ///< it is given to pool_options::handler, on the thread that ran the callback
  keep,       ///< it is kept for who waits for a result. No callback of a pool has a result to wait for: it is given to
              ///< the handler, if there is one, and otherwise terminates
};

/// How a pool is made. Combinations that make no sense are bugs of the caller: std::logic_error with the values.
///
/// A pool aims at `running` callbacks that run at once. One that blocks in a wait of this library, or has declared that
/// it may run long, does not count as running, and another thread takes its place, until there are `maximum` threads.
/// When it comes back there are more than `running` for a moment: nobody is held up, but who ends a callback then takes
/// no other. A thread that was idle for five seconds is taken away again, down to `minimum`.
///
/// When all `maximum` threads have been blocked in waits for a second with callbacks queued, which may be a deadlock,
/// `report` is told, once until one of them comes back.
struct pool_options {
  /// Of its threads, cut to 15 characters; "quiesce" when empty.
  std::string name{};
  /// Threads that are started with the pool and stay; 0: `running` of them.
  unsigned minimum = 0;
  /// Callbacks that run at once; 0: one for each processor that this process may use, by its affinity mask and the quota
  /// of processor time of its control groups, at least 1.
  unsigned running = 0;
  /// Threads that there may be, the persistent one apart; 0: eight times `running`, but `minimum` if that is more. Except
  /// when running = 1 was asked for: then one, unless `minimum` is more, and callbacks on workers never overlap, also when
  /// one of them blocks.
  unsigned maximum = 0;
  on_exception exceptions = on_exception::terminate;
  /// With on_exception::handler, and if wished with keep. Several threads may call it at once. An exception that leaves
  /// it terminates. It is destroyed, as `report` is, when the pool has stopped: by the stop that waits, or the destructor.
  std::function<void(std::exception_ptr)> handler{};
  /// By default the text becomes one line on standard error. It is called on a thread that serves the whole process: it
  /// should not block, and must neither stop the pool nor throw.
  std::function<void(const std::string&)> report{};
};

/// What a pool holds at one moment.
struct pool_counts {
  std::size_t queued = 0;   ///< entries that have not begun; a registered wait has one, however often it has fired
  std::size_t running = 0;  ///< callbacks that have begun and not returned, without the waiting ones
  std::size_t waiting = 0;  ///< callbacks that are blocked in a wait of this library, or have declared to run long; one
                            ///< on a signalling thread always counts as running
  std::size_t threads = 0;  ///< workers, idle ones too, and the persistent thread
};

}  // namespace quiesce::inline v0
