#include <fmt/format.h>
#include <quiesce/all.hpp>

#include "options.hpp"
#include "run/supervisor.hpp"
#include "base/list.hpp"
#include <os/futex.hpp>
#include "../../src/base/list.hpp"
