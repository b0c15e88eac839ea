#pragma once

namespace quiesce::inline v0 {

/// A place in a list of whom a pool or a group has to stop. Guarded by the lock of that list's owner. `Of`: the function of
/// a member that returns this place of it.
template <class Member>
class member_link {
 public:
  member_link() noexcept = default;
  member_link(const member_link&) = delete;
  member_link& operator=(const member_link&) = delete;

  template <auto Of>
  static void link(Member& linked, Member*& list) noexcept {
    member_link& own = (linked.*Of)();
    own.previous_ = &list;
    own.next_ = list;
    if (own.next_ != nullptr) (own.next_->*Of)().previous_ = &own.next_;
    list = &linked;
  }
  /// Only of one that is linked.
  template <auto Of>
  void unlink() noexcept {
    if (next_ != nullptr) (next_->*Of)().previous_ = previous_;
    *previous_ = next_;
  }
  Member* next() const noexcept { return next_; }

 private:
  Member* next_ = nullptr;
  Member** previous_ = nullptr;
};

}  // namespace quiesce::inline v0
