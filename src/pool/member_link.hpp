#pragma once

namespace quiesce::inline v0 {

/// A place in a list of whom a pool or a group has to stop. Guarded by the lock of that list's owner.
template <class Member>
class member_link {
 public:
  explicit member_link(Member& own, member_link Member::*which) noexcept : own_(own), which_(which) {}
  member_link(const member_link&) = delete;
  member_link& operator=(const member_link&) = delete;

  void link_into(Member*& list) noexcept {
    previous_ = &list;
    next_ = list;
    if (next_ != nullptr) (next_->*which_).previous_ = &next_;
    list = &own_;
  }
  /// Only of one that is linked.
  void unlink() noexcept {
    if (next_ != nullptr) (next_->*which_).previous_ = previous_;
    *previous_ = next_;
  }
  Member* next() const noexcept { return next_; }

 private:
  Member& own_;
  member_link Member::*const which_;
  Member* next_ = nullptr;
  Member** previous_ = nullptr;
};

}  // namespace quiesce::inline v0
