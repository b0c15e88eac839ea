/// What the tests of signals have in common.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cassert>

namespace signal_calls {

inline void change_mask(int how, int signal) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  [[maybe_unused]] const int error = pthread_sigmask(how, &one, nullptr);
  assert(error == 0);
}

inline void handle(int) {}

}  // namespace signal_calls
