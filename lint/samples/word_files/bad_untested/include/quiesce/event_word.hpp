#pragma once
/// STATE WORD  event::word_   held in a std::atomic elsewhere
/// INVARIANTS
///   I1  none
/// TRANSITIONS
///   set   idle -> signalled
#include <cstdint>
