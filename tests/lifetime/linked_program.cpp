// Uses nothing of the library, all of which is linked into it. Says how many threads there are when main() begins.
#include "lifetime/thread_count.hpp"

int main() { return lifetime::count_threads(); }
