#include <fmt/format.h>
#include <quiesce/all.hpp>

#include "options.hpp"
#include "run/supervisor.hpp"
