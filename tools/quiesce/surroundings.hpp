#pragma once
#include <quiesce/quiesce.hpp>

#include "console.hpp"
#include "descendants.hpp"
#include "event_log.hpp"
#include "run_options.hpp"
#include "wards.hpp"
#include "wording.hpp"

namespace quiesce_tool {

namespace q = quiesce;

/// What all parts of one run share. Nothing here is locked: all of it is used by callbacks of `pool`, which has one
/// worker, so that no two of them ever run at the same time.
struct surroundings {
  q::thread_pool& pool;
  const run_options& options;
  console& out;
  event_log& log;
  descendants& family;
  wards& adopted;
  bool ending = false;  // the whole run is: who has been told to stop is not started again

  /// Says whom a shutdown waits for.
  void report(const hold_up& held);
};

}  // namespace quiesce_tool
