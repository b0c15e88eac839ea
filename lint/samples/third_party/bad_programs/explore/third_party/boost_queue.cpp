/// A queue: a producer
/// and a consumer.
#include <boost/lockfree/queue.hpp>
