// A library with a copy of Quiesce in it, which the tests load and unload.
#include "plugin/own_copy/face.hpp"
#include "quiesce/quiesce.hpp"

namespace {

struct watch {
  quiesce::thread_pool pool{{.running = 1}};
  quiesce::descriptor readable;
  quiesce::registered_wait wait;

  explicit watch(own_copy::script& given)
      : readable(given.descriptor, quiesce::descriptor::readiness::readable),
        wait(pool, [&given](quiesce::callback_scope&) {
          if (given.inside) given.inside();
          ++given.ended;
        }) {
    wait.arm(readable);
  }
};

watch* made = nullptr;
quiesce::mutex* left = nullptr;

constexpr own_copy::face offered{
    .arm = [](own_copy::script& given) { made = new watch(given); },
    .stop =
        [] {
          made->wait.stop();
          delete made;
          made = nullptr;
        },
    .make_and_leave_a_mutex =
        [] {
          left = new quiesce::mutex;
          left->lock();
        },
};

}  // namespace

extern "C" [[gnu::visibility("default")]] const own_copy::face* quiesce_test_face() { return &offered; }
