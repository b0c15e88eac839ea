#include "base/list.hpp"

#include "quiesce/word.hpp"
#include "list.hpp"
#include "../os/futex.hpp"
#include "base/nothing.hpp"
