/// What one step did, in the words of the code that did it.
#pragma once

#include <string>

#include "text_names.hpp"
#include "trace.hpp"

namespace explore {

/// "counter.load(acquire) -> 2", "m.lock()", "cv.notify_one() wakes thread 2", "join thread 1".
std::string phrase_of(const traced_event&, object_names&);

/// Whether the step changed the value of its object.
bool changes_value(const traced_event&);

/// Whether a step of this kind reads the value of an atomic.
bool reads_value(op);

/// Whether a step of this kind, if it succeeds, takes a lock.
bool takes_lock(op);

/// Whether the step is one that ends other threads' waits for its object.
bool is_wake_up(const traced_event&);

/// The thread that a waking step woke, or -1.
int woken_by(const traced_event&);

}  // namespace explore
