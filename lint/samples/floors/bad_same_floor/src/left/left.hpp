#pragma once
#include "os/futex.hpp"
#include "quiesce/word.hpp"
