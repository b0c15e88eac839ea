#include "os/thread.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#include "base/contract.hpp"
#include "os/staying_code.hpp"

namespace quiesce::inline v0::os {
namespace {

const staying_code of_threads;  // a thread may still be on its way out of the library when everything has stopped

struct launch {
  thread::body run;
  void* argument;
  char name[16];
};

// Not noexcept: see thread::body.
void* begin(void* given) {
  const std::unique_ptr<launch> how(static_cast<launch*>(given));
  ::pthread_setname_np(::pthread_self(), how->name);
  how->run(how->argument);
  return nullptr;
}

// All signals but those that an instruction of the thread itself raises: blocking these would end the process unheard.
sigset_t asynchronous_signals() noexcept {
  sigset_t set;
  ::sigfillset(&set);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) ::sigdelset(&set, own);
  return set;
}

}  // namespace

thread thread::start(const char* name, body run, void* argument) {
  auto how = std::make_unique<launch>(launch{run, argument, {}});
  std::strncpy(how->name, name, sizeof how->name - 1);

  // The new thread inherits the mask: there is no moment at which it could take a signal.
  const sigset_t blocked = asynchronous_signals();
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  pthread_t id;
  const int refused = ::pthread_create(&id, nullptr, begin, how.get());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (refused != 0)
    throw std::system_error(refused, std::generic_category(), std::string("quiesce: no thread for ") + name);
  static_cast<void>(how.release());  // now the new thread's
  return thread(id);
}

std::uint64_t thread::current_number() noexcept { return static_cast<std::uint64_t>(::gettid()); }

void thread::join() noexcept {
  if (::pthread_join(id_, nullptr) != 0) base::bug("a thread was joined that cannot be joined");
  exists_ = false;
}

void thread::detach() noexcept {
  if (::pthread_detach(id_) != 0) base::bug("a thread was detached that cannot be detached");
  exists_ = false;
}

bool thread::is_current() const noexcept { return exists_ && ::pthread_equal(id_, ::pthread_self()) != 0; }

}  // namespace quiesce::inline v0::os
