#include <mutex>
#include <thread>
std::mutex m;
std::recursive_timed_mutex r;
std::atomic<int> a;
std::atomic_flag b;
std::thread t;
std::jthread j;
std::condition_variable_any c;
std::binary_semaphore s;
void f() { pthread_self(); }
void g() { ::poll(nullptr, 0, 0); ppoll(0, 0, 0, 0); }
void h() { epoll_wait(1, nullptr, 0, 0); select (0, 0, 0, 0, 0); }
void i() { waitpid(1, 0, 0); }
void k() { std::this_thread::sleep_for(1s); }
void l() { usleep(1); }
void n() { syscall(SYS_futex); }
volatile int v;
void o() { sigtimedwait(0, 0, 0); }
void p() { __atomic_load_n(&x, 5); __sync_synchronize(); }
