/// A queue<int>: a producer
/// and a consumer.
#include <boost/lockfree/queue.hpp>
