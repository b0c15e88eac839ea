#include "os/futex.hpp"
#include "quiesce/right.hpp"
#include "left/left.hpp"
