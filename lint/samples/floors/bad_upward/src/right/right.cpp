#include "os/futex.hpp"
#include "quiesce/right.hpp"
#include "quiesce/all.hpp"
