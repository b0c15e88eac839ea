#pragma once

namespace quiesce::inline v0::os {

/// Sees to it that the shared object that holds this copy of the library is never unloaded. A file that leaves behind what
/// calls the library's code at any time later, such as a thread, a signal handler or a destructor of a thread-specific value,
/// has one of these as a static object.
///
/// It is done when the object is loaded, and not when the first thread is made: it takes the loader's lock, which the loading
/// thread holds already. A library's constructor, which holds it too, may wait for a thread that makes its first pool.
///
/// Does nothing in the program itself, and where the loader does not know the object: nothing can unload that.
class staying_code {
 public:
  staying_code() noexcept;
};

}  // namespace quiesce::inline v0::os
