#pragma once

/// All of Quiesce's public headers.

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/callback_scope.hpp"
#include "quiesce/callback_source.hpp"
#include "quiesce/deadline.hpp"
#include "quiesce/descriptor.hpp"
#include "quiesce/file_watch.hpp"
#include "quiesce/handle.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/mutex.hpp"
#include "quiesce/os_signal.hpp"
#include "quiesce/pool_timer.hpp"
#include "quiesce/pool_work.hpp"
#include "quiesce/process.hpp"
#include "quiesce/registered_wait.hpp"
#include "quiesce/semaphore.hpp"
#include "quiesce/stop_group.hpp"
#include "quiesce/thread_pool.hpp"
#include "quiesce/timer.hpp"
#include "quiesce/wait.hpp"
#include "quiesce/wait_result.hpp"
