#pragma once

#include <atomic>
#include <functional>

#include "quiesce/quiesce.hpp"

namespace plugin {

/// What a callback of the library does: it counts its begin, waits for `go_on`, calls `inside`, uses what the library
/// owns, and counts its end. The program keeps it.
struct script {
  quiesce::manual_reset_event go_on{true};
  std::function<void()> inside{};
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
};

/// What the library offers. All of these make callbacks whose code lies in it.
struct face {
  quiesce::registered_wait (*make_wait)(quiesce::thread_pool&, script&);
  quiesce::pool_work (*make_work)(quiesce::thread_pool&, script&);
  quiesce::pool_timer (*make_timer)(quiesce::thread_pool&, script&);
  void (*post)(quiesce::thread_pool&, script&);
  void (*act)();  // by the script of set_script(): a plain function
  void (*set_script)(script*);
};

/// What the program offers: what the library's constructor and destructor call, which may be null, and
/// how often they have run.
struct program_face {
  std::function<void(const face&)> constructed{};
  std::function<void()> destroyed{};
  std::atomic<int> constructions{0};
  std::atomic<int> destructions{0};
};

}  // namespace plugin

extern "C" plugin::program_face quiesce_test_program;
