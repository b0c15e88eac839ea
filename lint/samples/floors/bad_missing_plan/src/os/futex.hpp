#pragma once
// #include "left/left.hpp" in a comment is no include.
#include <sys/types.h>

#include "base/list.hpp"
