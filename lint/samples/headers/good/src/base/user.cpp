#include "base/user.hpp"
