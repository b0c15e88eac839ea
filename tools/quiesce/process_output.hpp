#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <quiesce/quiesce.hpp>

#include "file_descriptor.hpp"
#include "line_splitter.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// The pipe to which one run of a process writes both its standard output and its standard error, and the wait that
/// turns what comes out of it into lines. One object serves all runs of a process, one after the other.
class process_output {
 public:
  /// `may_read` is asked before each read: while the lines cannot be passed on, they stay in the pipe, and the process
  /// is slowed down as it would be by any reader.
  process_output(q::thread_pool& pool, line_splitter::sink take, std::function<bool()> may_read);

  /// Makes a new pipe and begins to read it. Returns the end to hand to the process; the caller closes it after that.
  /// Errors: std::system_error, and nothing has changed.
  [[nodiscard]] file_descriptor open();

  /// Reads what is in the pipe by now, whether or not it may be passed on. For the moment at which a process has exited.
  void drain();

  /// Nobody writes to the pipe any more: drains it, hands over a last line without newline, closes.
  void finish();

  /// Reading is allowed again.
  void resume();

 private:
  enum class outcome { more, nothing_yet, ended };
  outcome read_some();
  void readable();
  void end();

  line_splitter lines_;
  line_splitter::sink take_;
  std::function<bool()> may_read_;
  bool paused_ = false;
  file_descriptor pipe_;
  std::optional<q::descriptor> ready_;
  q::registered_wait on_ready_;
};

}  // namespace quiesce_tool
