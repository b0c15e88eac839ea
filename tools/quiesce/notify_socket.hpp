#pragma once
#include <sys/types.h>

#include <functional>
#include <quiesce/quiesce.hpp>
#include <string>

#include "file_descriptor.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// The socket to which one run of a process says that it is ready, in the way of sd_notify. It has no name in the file
/// system, so nothing is left of it; the kernel chooses the name, and tells with each message who has sent it.
class notify_socket {
 public:
  struct message {
    pid_t pid = 0;  // of the sender, who may be gone by now
    uid_t user = 0;
    std::string text{};
  };

  /// Errors: std::system_error.
  notify_socket(q::thread_pool& pool, std::function<void(const message&)> take);

  /// What the variable NOTIFY_SOCKET has to hold.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Takes the messages that are there, a number of them at most: nobody who sends without end keeps us for ever.
  void drain();

 private:
  file_descriptor socket_;
  std::string name_;
  std::function<void(const message&)> take_;
  q::descriptor ready_;
  q::registered_wait on_ready_;
};

}  // namespace quiesce_tool
