#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "handle/file_watch_word.hpp"
#include "quiesce/waitable.hpp"
#include "reactor/reactor.hpp"

namespace quiesce::inline v0 {

class change_dispatch;

/// The object behind a file watch: an auto-reset event that the dispatch of changes sets, and which stays set when no change
/// can be seen any more. Nobody would end a wait that begins then.
class file_watch_object final : public waitable {
 public:
  /// Errors: std::system_error, std::bad_alloc.
  explicit file_watch_object(const std::filesystem::path& path);

  std::uint64_t losses() const noexcept { return losses_.load(std::memory_order_relaxed); }

 private:
  friend class change_dispatch;
  ~file_watch_object() override = default;
  bool is_available(std::uint64_t word, std::uint64_t) const noexcept override {
    return file_watch_word::is_available(word);
  }
  std::uint64_t after_take(std::uint64_t word, std::uint64_t) const noexcept override {
    return file_watch_word::after_take(word);
  }
  void last_reference_dropped() noexcept override;

  void tell_change(bool is_the_last) noexcept;

  reactor::reactor::reference reactor_;
  std::string entry_;                  // the name within the watched directory; empty: the directory itself
  int watch_ = -1;                     // inotify's; guarded by the lock of the dispatch; -1: the kernel has ended it
  std::uint64_t begin_ = 0;            // in the queue of changes: what ends there or before is older than this watch
  file_watch_object* next_ = nullptr;  // guarded by the lock of the dispatch
  file_watch_object* next_set_ = nullptr;  // guarded by the dispatch's calling_, as the next
  bool is_collected_ = false;
  bool has_gone_ = false;  // the directory
  std::atomic<std::uint64_t> losses_{0};
};

/// What a reactor calls when files have changed: one for the process, whichever reactor runs. Reactors get it by add();
/// it has a name for the tests, which call it as a reactor would.
reactor::source& change_source() noexcept;

}  // namespace quiesce::inline v0
