/// The threads that did not end, and what each of them waits for.
#pragma once

#include <string>
#include <vector>

#include "text_names.hpp"
#include "text_places.hpp"
#include "text_story.hpp"
#include "trace.hpp"

namespace explore {

/// Threads that have started and not ended.
std::vector<unsigned> unfinished_threads(const execution_trace&);

/// "thread 1 waits for mutex 2, held by thread 2", "main waits for the end of thread 1", "thread 2 slept on word == 0, which
/// is 1 now".
std::string waiting_phrase(const execution_trace&, unsigned thread, object_names&);

/// One line for each unfinished thread, with its stack below.
std::string waiting_threads(const execution_trace&, trace_places&, object_names&);

/// Threads that wait for each other in a ring, each for the next and the last for the first; empty if there is none.
std::vector<unsigned> waiting_ring(const execution_trace&);

/// "main holds mutex 1, locked in step 3 at bank.cpp:8, and waits for mutex 2, which thread 1 holds; ..."
std::string ring_in_words(const execution_trace&, const std::vector<unsigned>& ring, object_names&, story&);

}  // namespace explore
