#include "base/list.hpp"

#include "quiesce/word.hpp"
