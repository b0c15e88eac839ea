#pragma once

#include "quiesce/word.hpp"

inline std::string two_words() { return word() + word(); }
