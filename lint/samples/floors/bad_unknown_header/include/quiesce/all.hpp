#pragma once
#include "quiesce/right.hpp"
#include "quiesce/word.hpp"
