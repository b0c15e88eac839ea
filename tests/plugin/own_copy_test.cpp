// Libraries that hold a copy of Quiesce of their own.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>

#include <stdexcept>
#include <thread>
#include <utility>

#include "os/event_fd.hpp"
#include "plugin/own_copy/face.hpp"
#include "support/eventually.hpp"

namespace {

using support::eventually;

class OwnCopy : public testing::Test {
 protected:
  const own_copy::face& load(const char* path) {
    path_ = path;
    handle_ = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
    return *reinterpret_cast<const own_copy::face* (*)()>(::dlsym(handle_, "quiesce_test_face"))();
  }
  void unload() { ASSERT_EQ(::dlclose(std::exchange(handle_, nullptr)), 0); }

  bool is_loaded() const {
    void* const found = ::dlopen(path_, RTLD_LAZY | RTLD_NOLOAD);
    if (found != nullptr) ::dlclose(found);
    return found != nullptr;
  }
  // Whether the file says that it must not be unloaded.
  bool is_marked() const {
    link_map* object = nullptr;
    if (::dlinfo(handle_, RTLD_DI_LINKMAP, &object) != 0) throw std::runtime_error(::dlerror());
    for (const ElfW(Dyn)* each = object->l_ld; each->d_tag != DT_NULL; ++each) {
      if (each->d_tag == DT_FLAGS_1) return (each->d_un.d_val & DF_1_NODELETE) != 0;
    }
    return false;
  }
  bool callback_ends() {
    return eventually([this] { return shared_.ended == 1; });
  }

  quiesce::os::event_fd source_;
  own_copy::script shared_{.descriptor = source_.get()};

 private:
  const char* path_ = nullptr;
  void* handle_ = nullptr;
};

TEST_F(OwnCopy, MayBeUnloadedByItsOwnCallback_C10) {
  const own_copy::face& face = load(QUIESCE_OWN_COPY_IN_CALLBACK_LIBRARY);
  shared_.inside = [this] { unload(); };
  face.arm(shared_);
  source_.signal();
  EXPECT_TRUE(callback_ends());
  EXPECT_TRUE(is_loaded());
}

TEST_F(OwnCopy, MayBeUnloadedRightAfterItsStop_C10) {
  const own_copy::face& face = load(QUIESCE_OWN_COPY_AFTER_STOP_LIBRARY);
  face.arm(shared_);
  source_.signal();
  EXPECT_TRUE(callback_ends());
  face.stop();
  unload();
  EXPECT_TRUE(is_loaded()) << "its threads may still be on their way out of it";
}

TEST_F(OwnCopy, MayBeUnloadedWhileAWaitIsArmedAndTheCallbackStillRuns_C10) {
  load(QUIESCE_OWN_COPY_WHILE_ARMED_LIBRARY).arm(shared_);
  unload();
  ASSERT_TRUE(is_loaded());
  source_.signal();
  EXPECT_TRUE(callback_ends());
}

TEST_F(OwnCopy, MayBeUnloadedBeforeAThreadEndsThatOwnsAMutexOfIt_C10) {
  const own_copy::face& face = load(QUIESCE_OWN_COPY_WITH_A_MUTEX_LIBRARY);
  std::thread owner([&] {
    face.make_and_leave_a_mutex();
    unload();
  });
  owner.join();
  EXPECT_TRUE(is_loaded());
}

TEST_F(OwnCopy, LinkedInTheDocumentedWayItIsMarkedAsOneThatStays_C10) {
  load(QUIESCE_OWN_COPY_DOCUMENTED_LIBRARY);
  EXPECT_TRUE(is_marked());
  unload();
  EXPECT_TRUE(is_loaded());
  load(QUIESCE_OWN_COPY_AFTER_STOP_LIBRARY);
  EXPECT_FALSE(is_marked()) << "the other tests want one that is linked by hand";
  unload();
}

}  // namespace
