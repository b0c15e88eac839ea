#include "base/name.hpp"
#include "base/user.hpp"
