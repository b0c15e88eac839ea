#pragma once

#include <functional>
#include <utility>

namespace support {

/// Something to capture that runs a function when it is destroyed.
class at_destruction {
 public:
  explicit at_destruction(std::function<void()> then) : then_(std::move(then)) {}
  at_destruction(const at_destruction&) = delete;
  at_destruction& operator=(const at_destruction&) = delete;
  ~at_destruction() { then_(); }

 private:
  std::function<void()> then_;
};

}  // namespace support
