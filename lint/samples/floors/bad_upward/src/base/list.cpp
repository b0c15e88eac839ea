#include "base/list.hpp"

#include "quiesce/word.hpp"
#include "left/left.hpp"
