/// The same programs for Relacy, which wants its own types in them, and which no hooks must touch.
#pragma once

namespace bench {

/// Random executions of it in a second of processor time.
double relacy_store_buffering(unsigned executions);
double relacy_three_at_a_mutex(unsigned executions);

}  // namespace bench
