#pragma once
#include <atomic>
#include "quiesce/right.hpp"
