#pragma once
/// STATE WORD  event::word_   held in a std::atomic elsewhere
/// RULES
///   I1  none
/// STEPS
///   set   idle -> signalled
#include <cstdint>
