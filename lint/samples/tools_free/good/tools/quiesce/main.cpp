// A std::mutex in a comment, and sleep(1) too.
#include <chrono>
#include <quiesce/quiesce.hpp>

const char* help = "sleep(1) and std::atomic, volatile futex";
const char* raw = R"(std::thread "poll(" )";
constexpr int big = 1'000'000;
int sleepiness(int poll_count) { return poll_count + big; }
void f(quiesce::thread_pool& pool) { pool.asleep(); }
