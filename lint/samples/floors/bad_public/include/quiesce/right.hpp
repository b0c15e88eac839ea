#pragma once
#include "quiesce/word.hpp"
#include "base/list.hpp"
