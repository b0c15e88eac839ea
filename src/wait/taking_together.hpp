#pragma once

#include "quiesce/wait.hpp"

namespace quiesce::inline v0 {

/// The uncontended wait for all: takes the objects in one step if all are there and nobody is concerned with any of them.
/// It needs no places and lets nothing stand still. It locks one object after the other, as long as none makes it wait, and
/// when it has them all takes them and lets them go. Each fast path refuses a locked word, so whoever looks at two of them
/// sees the first before all were locked, when none was taken, or after it was let go, when the second has been taken or is
/// locked still. It never waits while it holds a lock, so it closes no circle with others who hold several.
///
/// None of the objects is null. One that is given twice is not taken: its word is locked when it comes again.
/// Returns: taken: all of them. nothing: at one moment of the call one was not there. unsure: one was just being changed,
///          stands still for somebody, has waiters or was abandoned.
waitable::glance try_take_together(handles objects) noexcept;

}  // namespace quiesce::inline v0
