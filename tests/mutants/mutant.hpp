/// Included before everything else in a copy of the library that has all its mutants in it, asleep.
#pragma once

/// Whether this mutant is the one that is awake in this process. Notes that the place was come to.
bool mutant_is_on(unsigned number) noexcept;
