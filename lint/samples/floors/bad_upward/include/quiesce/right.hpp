#pragma once
#include "quiesce/word.hpp"
