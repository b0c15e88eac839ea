#include "os/futex.hpp"
#include "quiesce/right.hpp"
