// A library that the tests load and unload.
#include "plugin/library/face.hpp"

namespace {

plugin::script* script_of_act = nullptr;
int uses_of_own_data = 0;  // in memory that goes with the library

void follow(plugin::script& given) {
  ++given.begun;
  static_cast<void>(quiesce::wait(given.go_on));
  if (given.inside) given.inside();
  ++uses_of_own_data;
  ++given.ended;
}

constexpr plugin::face offered{
    .make_wait =
        [](quiesce::thread_pool& pool, plugin::script& given) {
          return quiesce::registered_wait(pool, [&given](quiesce::callback_scope&) { follow(given); });
        },
    .make_work = [](quiesce::thread_pool& pool,
                    plugin::script& given) { return quiesce::pool_work(pool, [&given] { follow(given); }); },
    .make_timer = [](quiesce::thread_pool& pool,
                     plugin::script& given) { return quiesce::pool_timer(pool, [&given] { follow(given); }); },
    .post = [](quiesce::thread_pool& pool, plugin::script& given) { pool.post([&given] { follow(given); }); },
    .act = [] { follow(*script_of_act); },
    .set_script = [](plugin::script* given) { script_of_act = given; },
};

// Its constructor and destructor run with the lock of the loader held.
struct lifetime {
  lifetime() {
    ++quiesce_test_program.constructions;
    if (quiesce_test_program.constructed) quiesce_test_program.constructed(offered);
  }
  ~lifetime() {
    if (quiesce_test_program.destroyed) quiesce_test_program.destroyed();
    ++quiesce_test_program.destructions;
  }
} the_library;

}  // namespace

extern "C" const plugin::face* quiesce_test_face() { return &offered; }
