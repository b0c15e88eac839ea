// A comment may stand first.
#pragma once

#include <string>

inline std::string word() { return "word"; }
