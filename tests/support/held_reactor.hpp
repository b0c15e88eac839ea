#pragma once

#include "quiesce/descriptor.hpp"
#include "support/eventually.hpp"
#include "support/held_teller.hpp"
#include "support/sockets.hpp"

namespace support {

/// Keeps the library's own thread, which tells of deadlines and of what the kernel reports, inside a call until release().
class held_reactor {
 public:
  held_reactor() {
    pair_.write(1);
    is_held_ = eventually([&] { return teller_.is_telling(); });
  }
  bool is_held() const { return is_held_; }
  void release() { teller_.release(); }

 private:
  sockets pair_;
  quiesce::descriptor readable_{pair_[0], quiesce::descriptor::readiness::readable};
  held_teller teller_{readable_};
  bool is_held_ = false;
};

}  // namespace support
